import { describe, expect, it } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import { json as jsonBody } from "../../../templates/client/src/runtime/body.js";
import { cacheLayer } from "../../../templates/client/src/runtime/cache.js";
import type { Clock } from "../../../templates/client/src/runtime/clock.js";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import { learning } from "../../../templates/client/src/runtime/learning-budget.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { Operation } from "../../../templates/client/src/runtime/operation.js";
import type { ApiPolicy } from "../../../templates/client/src/runtime/policy.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import { closedPort, json, serve } from "../../support/api-server.js";

const GET: Operation = { id: "get", method: "GET", path: "/things" };
const POST: Operation = {
  id: "post",
  method: "POST",
  path: "/things",
  body: { "application/json": jsonBody },
};
const KEYED: Operation = { ...POST, idempotencyHeader: "Idempotency-Key" };

const POLICY: ApiPolicy = {
  windows: [],
  refusalStatus: 429,
  retry: {
    statuses: [429, 500, 503],
    delay: [{ header: "Retry-After" }, { message: "Retry in (?<seconds>\\d+) seconds" }],
    backoff: { initialMs: 1, maxMs: 4, factor: 2, jitter: "none" },
    maxAttempts: 3,
  },
};

/** Time that passes a thousand times as fast. */
const FAST: Clock = {
  now: () => performance.now() * 1000,
  after(ms, callback) {
    const timer = setTimeout(callback, ms / 1000);
    return () => clearTimeout(timer);
  },
};

function apiFor(url: string, options: ApiOptions = {}, policy: Partial<ApiPolicy> = {}) {
  const definition = {
    name: "t",
    version: "1",
    securitySchemes: {},
    policy: { ...POLICY, ...policy },
    learning,
    defaults: {},
  };
  return createRuntime(definition, { baseUrl: url, clock: FAST, ...options });
}

describe("what is repeated", () => {
  const cases: [what: string, operation: Operation, statuses: number[], sent: number, succeeds: boolean][] = [
    ["a read that failed for a while", GET, [503, 500, 200], 3, true],
    ["a read, as often as the policy says", GET, [503, 503, 503, 200], 3, false],
    ["a write without a key: once", POST, [500, 200], 1, false],
    ["a write with a key", KEYED, [500, 200], 2, true],
    ["a write that was refused", POST, [429, 200], 2, true],
    ["nothing that the policy does not name", GET, [501, 200], 1, false],
    ["nothing that is never to be repeated", { ...GET, retry: false }, [503, 200], 1, false],
  ];
  it.each(cases)("%s", async (_, operation, statuses, sent, succeeds) => {
    let next = 0;
    const server = await serve((_request, response) =>
      json(response, statuses[next++] ?? 200, {}, { "retry-after": "1" }),
    );
    const input = operation.body ? { body: { a: 1 } } : {};
    const result = await call(apiFor(server.url), operation, input).safe();
    expect(result.ok).toBe(succeeds);
    expect(server.received).toHaveLength(sent);
    expect(
      new Set(server.received.map(({ headers, body }) => `${headers["idempotency-key"]} ${String(body)}`))
        .size,
    ).toBe(1);
  });

  it("a connection that fails, as often as the policy says", async () => {
    const events: RuntimeEvent[] = [];
    const api = apiFor(await closedPort(), { onEvent: (event) => events.push(event) });
    await expect(call(api, GET, {})).rejects.toMatchObject({ code: "connection_failed" });
    expect(events.filter(({ type }) => type === "retry")).toHaveLength(2);
  });

  it("in an outage, hardly more than what is called", async () => {
    const server = await serve((_, response) => json(response, 503, {}));
    const api = apiFor(server.url);
    for (let count = 0; count < 500; count += 1) await call(api, GET, {}).safe();
    expect(server.received.length).toBeLessThanOrEqual(500 * 1.1 + 5);
  });
});

describe("the delay", () => {
  it("is never sooner than told, for every call on the credential", async () => {
    let refusedAt = 0;
    const arrivals: number[] = [];
    const server = await serve((_, response) => {
      if (refusedAt === 0) {
        refusedAt = FAST.now();
        return json(response, 429, { message: "Retry in 120 seconds." });
      }
      arrivals.push(FAST.now() - refusedAt);
      return json(response, 200, {});
    });
    let pause = (): void => {};
    const paused = new Promise<void>((resolve) => (pause = resolve));
    const api = apiFor(server.url, { onEvent: ({ type }) => type === "pause" && pause() });
    const first = call(api, GET, {});
    await paused;
    await Promise.all([first, call(api, GET, {}), call(api, GET, {})]);
    expect(arrivals).toHaveLength(3);
    expect(Math.min(...arrivals)).toBeGreaterThanOrEqual(120_000);
  });

  it.each([
    ["longer than the call has", "30", { timeoutMs: 2000 }],
    ["longer than any caller would wait", "1000000000", {}],
  ])("%s: the call fails at once and says it", async (_, seconds, options) => {
    const server = await serve((_request, response) => json(response, 429, {}, { "retry-after": seconds }));
    const error = await call(apiFor(server.url), GET, {}, options).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 429 });
    expect(server.received).toHaveLength(1);
  });
});

describe("the cache", () => {
  const CACHED: Operation = { ...GET, cache: { layer: cacheLayer, freshMs: 60_000, etag: true } };

  it("keeps what is fresh, asks again by ETag, and forgets what a write changes", async () => {
    const server = await serve(({ method, headers }, response) => {
      if (headers["if-none-match"] === '"1"') return response.writeHead(304).end();
      return json(response, 200, { n: 1 }, method === "GET" ? { etag: '"1"' } : {});
    });
    let now = 0;
    const outcomes: unknown[] = [];
    const api = apiFor(server.url, {
      clock: { ...FAST, now: () => now },
      onEvent: (event) => event.type === "cache" && outcomes.push(event.outcome),
    });
    await call(api, CACHED, {});
    await call(api, CACHED, {});
    now = 61_000;
    expect(await call(api, CACHED, {})).toEqual({ n: 1 });
    await call(api, POST, { body: {} });
    await call(api, CACHED, {});
    expect(outcomes).toEqual(["miss", "hit", "revalidated", "miss"]);
    await call(api, CACHED, {}, { cache: false });
    expect(server.received).toHaveLength(5);
  });

  it("lets identical reads share one request, and one that gives up leaves it to the others", async () => {
    let answer = (): void => {};
    let arrive = (): void => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const server = await serve((_, response) => {
      answer = () => json(response, 200, { n: 1 });
      arrive();
    });
    const api = apiFor(server.url);
    const controller = new AbortController();
    const given = call(api, CACHED, {}, { signal: controller.signal });
    const kept = call(api, CACHED, {});
    const settled = given.catch((reason: unknown) => reason);
    await arrived;
    controller.abort();
    expect(await settled).toMatchObject({ code: "aborted" });
    answer();
    expect(await kept).toEqual({ n: 1 });
    expect(server.received).toHaveLength(1);
  });
});
