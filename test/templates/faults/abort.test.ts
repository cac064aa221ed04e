import { getEventListeners } from "node:events";

import { describe, expect, test } from "vitest";

import { blob } from "../../../templates/client/src/runtime/decode.js";
import { cacheLayer } from "../../../templates/client/src/runtime/cache.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { Operation } from "../../../templates/client/src/runtime/operation.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import type { ApiPolicy } from "../../../templates/client/src/runtime/policy.js";
import { apiFor, definition, failure, json, operation, serve } from "../../support/api-server.js";
import { bestOf } from "../../support/best-of.js";
import { httpText, listenRaw } from "../../support/raw-server.js";
import { liveTimers } from "../../support/timers.js";
import { eventually, until } from "../../support/until.js";

const secured = operation({ security: [["apiKey"]] });
const WINDOW = { name: "w", limit: 1, windowMs: 3_600_000 };
const policy: ApiPolicy = {
  windows: [WINDOW],
  refusalStatus: 429,
  retry: {
    statuses: [429, 503],
    delay: [{ header: "Retry-After" }],
    backoff: { initialMs: 600_000, maxMs: 600_000, factor: 1, jitter: "none" },
    maxAttempts: 3,
  },
};

type Told = (type: RuntimeEvent["type"]) => Promise<void>;
/** A state that a call can be in: how its client is made, and how to know that it is there. */
interface State {
  readonly answer?: Parameters<typeof serve>[0];
  readonly options?: ApiOptions;
  readonly operation?: Operation;
  /** Resolves when the call is in the state. */
  readonly reached: (told: Told, received: () => Promise<void>) => Promise<void>;
  /** Calls that go before, so that there is something to wait for. */
  readonly before?: (api: ReturnType<typeof apiFor>) => Promise<unknown>;
}

const asked: true[] = [];
const states: Record<string, State> = {
  "queued for the rate limit": {
    before: (api) => Promise.resolve(call(api, operation(), {})),
    reached: (told) => told("wait"),
  },
  "in the backoff": {
    answer: (_request, response) => json(response, 503, {}),
    options: { rateLimit: false },
    reached: (told) => told("retry"),
  },
  "in a delay that was told": {
    answer: (_request, response) => json(response, 503, {}, { "retry-after": "600" }),
    options: { rateLimit: false },
    reached: (told) => told("retry"),
  },
  "paused by its own refusal": {
    answer: (_request, response) => json(response, 429, {}, { "retry-after": "600" }),
    options: { rateLimit: { windows: [{ ...WINDOW, limit: 9 }] } },
    reached: (told) => told("retry").then(() => told("wait")),
  },
  "paused by another's refusal": {
    answer: (_request, response) => json(response, 429, {}, { "retry-after": "600" }),
    options: { rateLimit: { windows: [{ ...WINDOW, limit: 9 }] } },
    before: (api) => call(api, operation(), {}, { maxRetries: 0 }).safe(),
    reached: (told) => told("wait"),
  },
  "refreshing its credential": {
    options: {
      apiKey: () => {
        asked.push(true);
        return new Promise(() => {});
      },
    },
    operation: secured,
    reached: () => until(() => asked.length > 0),
  },
  "in flight": { answer: () => {}, reached: (_told, received) => received() },
  "reading the body": {
    answer: (_request, response) => void response.writeHead(200).write('{"a":'),
    reached: (told) => told("response"),
  },
  "reading a body of bytes": {
    answer: (_request, response) =>
      void response.writeHead(200, { "content-type": "image/png" }).write('{"a":'),
    operation: operation({ decode: { "image/*": blob } }),
    reached: (told) => told("response"),
  },
  "reading an error's body": {
    answer: (_request, response) => void response.writeHead(404).write('{"a":'),
    reached: (told) => told("response"),
  },
  "sharing a read with others": {
    answer: () => {},
    operation: operation({ cache: { layer: cacheLayer, freshMs: 1000, etag: false } }),
    reached: (_told, received) => received(),
  },
};

describe.each(Object.entries(states))("a call that is %s", (_name, state) => {
  /** A call on its way to the state, with what it takes to look at its end. */
  async function start(options: { signal?: AbortSignal; timeoutMs?: number }) {
    const seen: RuntimeEvent[] = [];
    const server = await serve(state.answer);
    const api = createRuntime(
      { ...definition, policy },
      { baseUrl: server.url, onEvent: (event) => seen.push(event), ...state.options },
    );
    await state.before?.(api);
    const [old, received] = [seen.length, server.received.length];
    const pending = failure(call(api, state.operation ?? operation(), {}, options));
    const reached = (): Promise<void> =>
      state.reached(
        (type) => until(() => seen.slice(old).some((event) => event.type === type)),
        () => until(() => server.received.length > received),
      );
    return { api, server, pending, reached };
  }

  /** Aborts it, and gives back how long it took to end. */
  async function abort(): Promise<number> {
    const timers = liveTimers();
    const controller = new AbortController();
    const { api, pending, reached, server } = await start({ signal: controller.signal });
    await reached();
    const sent = server.received.length;
    const abortedAt = performance.now();
    controller.abort();
    expect(await pending).toMatchObject({ name: "AbortError", code: "aborted", operationId: "fetchThing" });
    const took = performance.now() - abortedAt;
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(liveTimers()).toBeLessThanOrEqual(timers);
    expect(server.received).toHaveLength(sent);
    // Its place in the queue is free again.
    expect(api.rateLimit.snapshot()[0]?.nextFreeMs).toBeLessThan(1.5 * WINDOW.windowMs);
    return took;
  }

  test("ends at once by its signal, and leaves nothing", async () => {
    expect(await bestOf(5, abort, 50)).toBeLessThan(50);
  });

  test("ends by its deadline, or at once where that is known to be too short", async () => {
    const { pending } = await start({ timeoutMs: 60 });
    const error = await pending;
    expect(error.code ?? error.name).toMatch(/^(timeout|rate_limit_wait|RateLimitError|ServerError)$/);
  });
});

describe("a signal", () => {
  test("that is aborted after the call has settled does nothing", async () => {
    const server = await serve();
    const controller = new AbortController();
    const data = await call(apiFor(server.url), operation(), {}, { signal: controller.signal });
    controller.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(data).toEqual({});
  });

  test("that is aborted already sends nothing, and takes no place and no share", async () => {
    const server = await serve();
    const api = createRuntime({ ...definition, policy }, { baseUrl: server.url });
    const cached = operation({ cache: { layer: cacheLayer, freshMs: 1000, etag: false } });
    for (const wanted of [operation(), cached]) {
      const error = await failure(call(api, wanted, {}, { signal: AbortSignal.abort() }));
      expect(error).toMatchObject({ code: "aborted" });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.received).toEqual([]);
    expect(api.rateLimit.snapshot()).toMatchObject([{ used: 0 }]);
  });

  test("serves a thousand calls that wait together, without a warning", async () => {
    const server = await serve();
    const timers = liveTimers();
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warn);
    const controller = new AbortController();
    const api = createRuntime({ ...definition, policy }, { baseUrl: server.url });
    await call(api, operation(), {});
    const calls = Array.from({ length: 1000 }, () =>
      failure(call(api, operation(), {}, { signal: controller.signal })),
    );
    await until(() => (api.rateLimit.snapshot()[0]?.nextFreeMs ?? 0) > 900 * WINDOW.windowMs);
    controller.abort();
    const errors = await Promise.all(calls);
    process.off("warning", warn);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["aborted"]));
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(warnings).toEqual([]);
    expect(liveTimers()).toBeLessThanOrEqual(timers);
  });

  test("serves a thousand fetches of the client, one after the other", async () => {
    const server = await serve();
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warn);
    const { signal } = new AbortController();
    const api = apiFor(server.url);
    for (let count = 0; count < 1000; count += 1) {
      await (await api.fetch(new Request(server.url, { signal }))).text();
    }
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });

  test("with a reason of the caller's is still an AbortError", async () => {
    const server = await serve(() => {});
    const signal = AbortSignal.timeout(30);
    const error = await failure(call(apiFor(server.url), operation(), {}, { signal }));
    expect(error).toMatchObject({ name: "AbortError", code: "aborted" });
  });

  test("closes the connection of what it ends", async () => {
    for (const start of ["", httpText(200, { "content-length": 9 }, "{")]) {
      const server = await listenRaw((socket) => void socket.write(start));
      const controller = new AbortController();
      const pending = failure(call(apiFor(server.url), operation(), {}, { signal: controller.signal }));
      await until(() => server.requests.length > 0);
      controller.abort();
      await pending;
      await eventually(() => expect(server.gone).toBe(1));
    }
  });
});
