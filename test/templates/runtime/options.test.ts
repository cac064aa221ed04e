import { describe, expect, test, vi } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import type { Layer, LayerName } from "../../../templates/client/src/runtime/layer.js";
import type { SendOptions } from "../../../templates/client/src/runtime/request.js";
import { until } from "../../support/until.js";
import { apiFor, failure, json, operation, serve } from "../../support/api-server.js";

describe("options of a call", () => {
  test.each<[options: Record<string, unknown>, message: string]>([
    [{ timeout: 5 }, 'GET /things: has no option "timeout"; there are signal, timeoutMs,'],
    [{ timeoutMs: "5000" }, "GET /things: the option timeoutMs must be a number"],
    [{ maxRetries: NaN }, "GET /things: the option maxRetries must be 0 or more"],
    [{ idempotencyKey: 7 }, "GET /things: the option idempotencyKey must be a string"],
  ])("are refused by name where they are none: %o", async (options, message) => {
    const server = await serve();
    const error = await failure(call(apiFor(server.url), operation(), {}, options as SendOptions));
    expect(error.name).toBe("RequestError");
    expect(error.message).toContain(message);
    expect(server.received).toEqual([]);
  });

  test("are no query, nor is an unknown name", async () => {
    const server = await serve();
    const api = apiFor(server.url);
    const misplaced = await failure(call(api, operation(), { query: { timeoutMs: 5 } }));
    expect(misplaced.message).toContain('has no query parameter "timeoutMs"');
    const unknown = await failure(call(api, operation({ query: ["q"] }), { query: { Q: 5 } }));
    expect(unknown.message).toContain('has no query parameter "Q"');
    await call(api, operation({ query: ["cache"] }), { query: { cache: "x" } });
    expect(server.received.map(({ url }) => url)).toEqual(["/things?cache=x"]);
  });

  test("for fetch reach it, those of the call before those of the client", async () => {
    const fetch = vi.fn<(url: string | URL, init?: RequestInit) => Promise<Response>>(async () =>
      Response.json({}),
    );
    const api = apiFor("https://x.test", {
      fetch,
      fetchOptions: { keepalive: true, credentials: "include" },
    });
    const fetchOptions = { credentials: "omit", next: { tags: ["a"] }, method: "PUT" } as const;
    await call(api, operation(), {}, { fetchOptions });
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({
      method: "GET",
      keepalive: true,
      credentials: "omit",
      next: { tags: ["a"] },
    });
  });
});

describe("layers of the caller's own", () => {
  test("stand where they are told to, and see attempts or calls", async () => {
    let turn = 0;
    const server = await serve((_request, response) => json(response, (turn += 1) === 1 ? 503 : 200, {}));
    const seen: string[] = [];
    const layer = (name: string, before?: LayerName) => {
      const run: Layer = (request, next, context) => {
        seen.push(`${name} ${request.headers["authorization"] ?? "unsigned"}`);
        return next({ ...request, headers: { ...request.headers, [`x-${name}`]: "1" } }, context);
      };
      return { name, layer: run, before };
    };
    const api = apiFor(server.url, {
      apiKey: "key_12345",
      maxRetries: 1,
      layers: [layer("each", "network"), layer("once"), layer("second")],
    });
    await call(api, operation({ security: [["apiKey"]] }), {});
    const signed = "each Bearer key_12345";
    expect(seen).toEqual(["once unsigned", "second unsigned", signed, signed]);
    expect(server.received[1]?.headers).toMatchObject({ "x-once": "1", "x-each": "1" });
  });

  test("that stand nowhere are refused by name", () => {
    const layers = [{ name: "mine", layer: (() => {}) as unknown as Layer, before: "end" as LayerName }];
    expect(() => apiFor("https://x.test", { layers })).toThrow(
      "the layer mine is no function, or stands before none",
    );
  });
});

describe("a token function", () => {
  const secured = operation({ security: [["oauth"]] });

  test("is asked once more when its token is refused, by all who are refused together", async () => {
    const server = await serve(({ headers }, response) =>
      json(response, headers.authorization === "Bearer token-2" ? 200 : 401, {}),
    );
    const auth = vi.fn<() => Promise<string>>(async () => {
      if (auth.mock.calls.length <= 3) return "token-1";
      // A vault takes its time: meanwhile the others are refused, too.
      await until(() => server.received.length === 3);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return "token-2";
    });
    const api = apiFor(server.url, { auth });
    const calls = [1, 2, 3].map(() => call(api, secured, {}));
    expect(await Promise.all(calls)).toEqual([{}, {}, {}]);
    expect(server.received).toHaveLength(6);
    expect(auth.mock.calls.length).toBeLessThan(6);
  });

  test("that gives the same token again is asked no further", async () => {
    const server = await serve((_request, response) => json(response, 401, {}));
    const error = await failure(call(apiFor(server.url, { auth: () => "token" }), secured, {}));
    expect(error).toMatchObject({ status: 401, attempts: 1 });
  });
});

describe("plain http", () => {
  const secured = operation({ security: [["apiKey"]] });

  test("is refused when the client is made, unless it is allowed", async () => {
    expect(() => apiFor("http://workspace-api:3000", { apiKey: "k" })).toThrow(/https only.*allowInsecure/);
    const fetch = vi.fn<() => Promise<Response>>(async () => Response.json({}));
    const api = apiFor("http://workspace-api:3000", { apiKey: "key", allowInsecure: true, fetch });
    expect(await call(api, secured, {})).toEqual({});
  });
});
