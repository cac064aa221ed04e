import { expect, test } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import { apiFor, failure, json, operation, serve } from "../../support/api-server.js";

const HOUR_MS = 3_600_000;
const rateLimit = { windows: [{ name: "w", limit: 2, windowMs: HOUR_MS }] };

test("a client whose budget is used up, with a long queue, keeps none of another credential waiting", async () => {
  const server = await serve();
  const [one, other] = ["ann", "bob"].map((apiKey) => apiFor(server.url, { apiKey, rateLimit }));
  if (!one || !other) throw new Error("There are two.");
  const secured = operation({ security: [["apiKey"]] });
  const controller = new AbortController();
  await Promise.all([call(one, secured, {}), call(one, secured, {})]);
  const queued = Array.from({ length: 100 }, () =>
    failure(call(one, secured, {}, { signal: controller.signal })),
  );
  await Promise.all([call(other, secured, {}), call(other, secured, {})]);
  const { authorization } = server.received.at(-1)?.headers ?? {};
  expect([server.received.length, authorization]).toEqual([4, "Bearer bob"]);
  controller.abort();
  await Promise.all(queued);
  // Each has used up its own by now.
  const late = [one, other].map((api) => failure(call(api, secured, {}, { timeoutMs: 1000 })));
  for (const error of await Promise.all(late)) expect(error).toMatchObject({ code: "rate_limit_wait" });
});

test("a refusal pauses the credential that was refused, and no other", async () => {
  const server = await serve(({ headers }, response) =>
    headers.authorization === "Bearer ann"
      ? json(response, 429, {}, { "retry-after": "3600" })
      : json(response, 200, {}),
  );
  const [refused, other] = ["ann", "bob"].map((apiKey) => apiFor(server.url, { apiKey, rateLimit }));
  if (!refused || !other) throw new Error("There are two.");
  const secured = operation({ security: [["apiKey"]] });
  expect(await failure(call(refused, secured, {}, { maxRetries: 0 }))).toMatchObject({ status: 429 });
  expect(await failure(call(refused, secured, {}, { timeoutMs: 1000 }))).toMatchObject({
    code: "rate_limit_wait",
  });
  expect(await call(other, secured, {})).toEqual({});
  expect(server.received).toHaveLength(2);
});
