import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

import { describe, expect, test, vi } from "vitest";

import { json as jsonBody } from "../../../templates/client/src/runtime/body.js";
import { cacheLayer } from "../../../templates/client/src/runtime/cache.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import { list } from "../../../templates/client/src/runtime/list.js";
import type { Operation } from "../../../templates/client/src/runtime/operation.js";
import type { ApiPolicy } from "../../../templates/client/src/runtime/policy.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import { apiFor, closedPort, json, listen, operation, serve } from "../../support/api-server.js";
import { jsonText, listenRaw } from "../../support/raw-server.js";
import { SkippingClock } from "../../support/skipping-clock.js";
import { VirtualClock } from "../../support/virtual-clock.js";
import { until } from "../../support/until.js";

const policy: ApiPolicy = {
  windows: [],
  refusalStatus: 429,
  retry: {
    statuses: [408, 409, 429, 500, 503],
    delay: [{ header: "Retry-After" }],
    backoff: { initialMs: 500, maxMs: 30_000, factor: 2, jitter: "full" },
    maxAttempts: 4,
  },
};
const get = operation();
const post = operation({ method: "POST", body: { "application/json": jsonBody } });
const keyed: Operation = { ...post, idempotencyHeader: "Idempotency-Key" };

/** A client that repeats as the policy says, without waiting. */
function repeating(url: string, options: ApiOptions = {}): ReturnType<typeof apiFor> {
  return apiFor(url, { clock: new SkippingClock(), maxRetries: 3, ...options }, { policy });
}

describe("what happens when the answer is lost", () => {
  const cases: [what: string, operation: Operation, sent: number, succeeds: boolean][] = [
    ["a read is sent again", get, 2, true],
    ["a deletion is sent again", operation({ method: "DELETE" }), 2, true],
    ["a POST with a key is sent again, with the same key", keyed, 2, true],
    ["a POST without one is sent once", post, 1, false],
    ["a PATCH without one is sent once", { ...post, method: "PATCH" }, 1, false],
  ];
  const losses: [when: string, isStale: boolean][] = [
    ["by a reset", false],
    ["since the kept connection went stale", true],
  ];
  describe.each(losses)("%s", (_when, isStale) => {
    test.each(cases)("%s", async (_what, wanted, sent, succeeds) => {
      const server = await listenRaw((socket) => {
        // A stale connection has served one request, and goes away with the next.
        const isLost = server.requests.length === (isStale ? 2 : 1);
        if (isLost) socket.resetAndDestroy();
        else socket.write(jsonText(200, { done: true }));
      });
      const api = repeating(server.url);
      if (isStale) await call(api, get, {});
      const before = server.requests.length;
      const result = await call(api, wanted, wanted.body ? { body: { a: 1 } } : {}).safe();
      expect(result).toMatchObject(
        succeeds ? { ok: true, data: { done: true } } : { ok: false, error: { code: "connection_failed" } },
      );
      const requests = server.requests.slice(before);
      expect(requests).toHaveLength(sent);
      expect(new Set(requests.map((text) => /^idempotency-key: (.*)$/im.exec(text)?.[1])).size).toBe(1);
    });
  });
});

describe("a body that does not come whole", () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n";
  const broken: [what: string, answer: (socket: Socket) => void][] = [
    ["breaks off", (socket) => socket.write(`${head}\r\n{"a":`, () => socket.destroy())],
    ["stalls", (socket) => void socket.write(`${head}\r\n{"a":`)],
    [
      "cannot be decompressed",
      (socket) => socket.end(`${head}content-encoding: gzip\r\n\r\n${"x".repeat(100)}`),
    ],
  ];
  test.each(broken)("and %s is asked for again, where that is safe", async (_what, fail) => {
    const server = await listenRaw((socket) => {
      if (server.requests.length % 2 === 1) fail(socket);
      else socket.write(jsonText(200, { done: true }));
    });
    const api = repeating(server.url, { attemptTimeoutMs: 300 });
    expect(await call(api, get, {})).toEqual({ done: true });
    expect(server.requests).toHaveLength(2);
    const posted = await call(api, post, { body: {} }).safe();
    expect(posted.ok).toBe(false);
    expect(server.requests).toHaveLength(3);
  });
});

describe("an operation that is safe to repeat, by its spec", () => {
  test("is sent again, whatever its method", async () => {
    const server = await serve((_request, response) =>
      json(response, server.received.length === 1 ? 503 : 200, {}),
    );
    const search = { ...post, retry: { ...policy.retry, safe: true } };
    expect((await call(repeating(server.url), search, { body: {} }).safe()).ok).toBe(true);
    expect(server.received).toHaveLength(2);
  });
});

describe("a status that passes", () => {
  test.each([
    [408, get, 2],
    [409, get, 2],
    [409, keyed, 2],
    [409, post, 1],
    [500, keyed, 2],
    [500, post, 1],
    [503, post, 1],
    [410, get, 1],
    [501, keyed, 1],
  ])("%i is repeated where the spec says so and it is safe: %o", async (status, wanted, sent) => {
    const server = await serve((_request, response) =>
      json(response, server.received.length === 1 ? status : 200, {}),
    );
    const result = await call(repeating(server.url), wanted, wanted.body ? { body: {} } : {}).safe();
    expect(result.ok).toBe(sent === 2);
    expect(server.received).toHaveLength(sent);
  });
});

describe("an outage of ten minutes", () => {
  test.each([
    ["of answers", () => Promise.resolve(new Response("{}", { status: 503 }))],
    ["of connections", () => Promise.reject(new TypeError("fetch failed"))],
  ])("%s costs hardly more than what is called, and is over when it is over", async (_what, fail) => {
    const clock = new VirtualClock();
    let sent = 0;
    let isDown = (): boolean => true;
    const fetch = (): Promise<Response> => {
      sent += 1;
      return isDown() ? fail() : Promise.resolve(new Response('"fine"'));
    };
    const api = apiFor("http://localhost", { clock, fetch, maxRetries: 3 }, { policy });
    const results: Promise<{ ok: boolean }>[] = [];
    const second = (): void => {
      results.push(call(api, get, {}).safe());
      if (results.length < 600) clock.after(1000, second);
    };
    clock.after(0, second);
    await clock.run(650_000);
    await Promise.all(results);
    expect(sent).toBeGreaterThan(600);
    expect(sent).toBeLessThanOrEqual(660);
    // Afterwards, what fails now and then is repeated again.
    isDown = () => false;
    for (let count = 0; count < 20; count += 1) await call(api, get, {});
    const before = sent;
    isDown = () => sent === before + 1;
    const wanted = call(api, get, {});
    await turn();
    await clock.run();
    expect(await wanted).toBe("fine");
    expect(sent).toBe(before + 2);
  });
});

test("connections stay few over many repetitions, though nobody reads the refusals", async () => {
  let open = 0;
  let most = 0;
  let left = 10_000;
  const url = await listen((request, response) => {
    if (!Reflect.has(request.socket, "isCounted")) {
      Reflect.set(request.socket, "isCounted", true);
      most = Math.max(most, (open += 1));
      request.socket.on("close", () => (open -= 1));
    }
    left -= 1;
    if (left > 0) response.writeHead(429).end("x".repeat(20_000));
    else json(response, 200, { done: true });
  });
  expect(await call(repeating(url, { maxRetries: 10_000 }), get, {})).toEqual({ done: true });
  expect(most).toBeLessThanOrEqual(10);
});

test("nothing that fails behind a call that is handled is an unhandled rejection", async () => {
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on("unhandledRejection", unhandled);
  const paged = operation({ pagination: { style: "cursor", parameter: "cursor", items: "", next: "/next" } });
  const server = await serve((_request, response) => json(response, 500, {}));
  const [lost, refused] = [apiFor(await closedPort()), apiFor(server.url)];
  const keyless = apiFor(server.url, { apiKey: () => Promise.reject(new Error("The vault is closed.")) });
  const secured = operation({ security: [["apiKey"]] });
  // A sibling that fails later than the first, a list and a call that are watched as values, and a secret that does not come.
  await Promise.all([call(lost, get, {}), call(refused, get, {})]).catch(() => {});
  void list(refused, paged, {}).safe();
  void call(lost, get, {}).withResponse().catch(String);
  void call(keyless, secured, {}).safe();
  const shared = { ...get, cache: { layer: cacheLayer, freshMs: 1000, etag: true } };
  void call(refused, shared, {}).safe();
  void call(refused, get, {}, { signal: AbortSignal.timeout(1) }).safe();
  await until(() => server.received.length >= 3);
  await new Promise((resolve) => setTimeout(resolve, 30));
  process.off("unhandledRejection", unhandled);
  expect(unhandled.mock.calls).toEqual([]);
});
