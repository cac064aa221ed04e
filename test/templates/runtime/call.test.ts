import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { call } from "../../../templates/client/src/runtime/call.js";
import { ApiError } from "../../../templates/client/src/runtime/errors.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import {
  apiFor,
  closedPort,
  failure,
  json,
  listen,
  operation,
  serve,
  stalling,
} from "../../support/api-server.js";
import { until } from "../../support/until.js";

describe("a failure without an answer", () => {
  test("is a ConnectionError when refused, with the reason and without the rest", async () => {
    const url = await closedPort();
    const error = await failure(
      call(apiFor(url), operation({ path: "/t/{id}" }), {
        path: { id: "private" },
        query: { q: "private" },
      }),
    );
    expect(error).toMatchObject({
      name: "ConnectionError",
      code: "connection_failed",
      message: `GET /t/{id}: the connection to ${new URL(url).host} failed (ECONNREFUSED)`,
    });
    expect(inspect(error, { depth: 9 })).not.toContain("private");
  });

  test.each(["timeoutMs", "attemptTimeoutMs"])(
    "is a TimeoutError that names its limit: %s",
    async (option) => {
      const fetch = (): Promise<Response> => new Promise(() => {});
      const error = await failure(call(apiFor("https://x.test", { fetch, [option]: 1 }), operation(), {}));
      expect(error).toMatchObject({
        name: "TimeoutError",
        message: `GET /things: not done within 1 ms (${option})`,
      });
    },
  );

  test.each([
    ["an error of the platform", new DOMException("late", "TimeoutError"), "TimeoutError"],
    ["a plain error", new Error("down"), "Error"],
    ["an error of node-fetch", Object.assign(new Error("down"), { code: "ECONNRESET" }), "ECONNRESET"],
    ["no error at all", "down", "unknown"],
  ])("tells the kind of what has no code, and keeps its cause: %s", async (_name, reason, kind) => {
    const fetch = (): never => {
      throw reason;
    };
    const error = await failure(call(apiFor("https://x.test", { fetch }), operation(), {}));
    expect(error.message).toBe(`GET /things: the connection to x.test failed (${kind})`);
    expect(inspect(error)).toMatch(/cause.*(down|late)/s);
  });

  class OwnError extends Error {}
  class OwnApiError extends ApiError<"maintenance"> {
    override readonly code = "maintenance";
    readonly #end: Date;
    constructor(end: Date) {
      super(`closed until ${end.toISOString()}`);
      this.#end = end;
    }
    get end(): Date {
      return this.#end;
    }
  }

  test.each([
    ["a bug", new TypeError("undefined is not a function")],
    ["another bug", new ReferenceError("x is not defined")],
    ["an error of a class of the caller's", new OwnError("maintenance")],
    ["an error that extends the runtime's", new OwnApiError(new Date(0))],
  ])("is what a fetch of the caller's throws, unharmed and sent once: %s", async (_name, reason) => {
    const fetch = vi.fn<() => never>(() => {
      throw reason;
    });
    const pending = call(apiFor("https://x.test", { fetch, maxRetries: 3 }), operation(), {});
    expect(await pending.safe()).toEqual({ ok: false, error: reason });
    await expect(pending).rejects.toBe(reason);
    expect(fetch).toHaveBeenCalledOnce();
  });

  test("is a value of safe(), whatever a function for a secret throws", async () => {
    const apiKey = (): never => {
      throw new OwnError("no vault");
    };
    const pending = call(apiFor("https://x.test", { apiKey }), operation({ security: [["apiKey"]] }), {});
    expect(await pending.safe()).toMatchObject({ ok: false, error: { message: "no vault" } });
  });

  test.each([
    ["before its headers", (): string => ""],
    ["in its body", (): string => "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"],
    ["in a chunked body", (): string => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"],
  ])("is a ConnectionError when the answer breaks off %s", async (_name, start) => {
    const url = await listen((request) => request.socket.end(start()));
    expect(await failure(call(apiFor(url), operation(), {}))).toMatchObject({ name: "ConnectionError" });
  });

  test("keeps of a cause its words, without secrets, and nothing that it carries", async () => {
    const inner = Object.assign(new Error("at /x?key=s3cr3t-12345"), { code: "ECONNRESET" });
    const cause = new Error("Bearer 0ther-s3cr3t", { cause: inner });
    const fetch = (): Promise<Response> =>
      Promise.reject(Object.assign(cause, { config: { key: "s3cr3t" } }));
    const api = apiFor("https://x.test", { fetch, apiKey: "s3cr3t-12345" });
    const error = await failure(call(api, operation({ security: [["apiKey"]] }), {}));
    const shown = inspect(error, { depth: 9, showHidden: true });
    expect(shown).not.toMatch(/0ther-s3cr3t|s3cr3t-12345|config/);
    expect(shown).toMatch(/cause.*Bearer \[secret\].*cause.*key=\[secret\].*ECONNRESET/s);
  });
});

describe("the end of a call", () => {
  test.each(["headers", "body", "error body"] as const)(
    "comes by its deadline, with the server stalling in %s",
    async (point) => {
      const server = await stalling(point);
      const error = await failure(call(apiFor(server.url), operation(), {}, { timeoutMs: 60 }));
      expect(error).toMatchObject({ name: "TimeoutError", code: "timeout", operationId: "fetchThing" });
    },
  );

  test.each(["headers", "body"] as const)(
    "comes by the time of an attempt, with the server stalling in %s",
    async (point) => {
      const server = await stalling(point);
      const error = await failure(call(apiFor(server.url, { attemptTimeoutMs: 60 }), operation(), {}));
      expect(error.message).toBe("GET /things: not done within 60 ms (attemptTimeoutMs)");
    },
  );

  test.each(["headers", "body", "error body"] as const)(
    "comes by the caller's signal, with the server stalling in %s",
    async (point) => {
      const server = await stalling(point);
      const controller = new AbortController();
      const pending = failure(call(apiFor(server.url), operation(), {}, { signal: controller.signal }));
      await until(() => server.received.length === 1);
      controller.abort();
      expect(await pending).toMatchObject({ name: "AbortError", code: "aborted" });
    },
  );

  test("comes before anything leaves when the signal is aborted already, or aborts in the getting of a secret", async () => {
    const server = await serve();
    const aborted = await failure(call(apiFor(server.url), operation(), {}, { signal: AbortSignal.abort() }));
    expect(aborted.name).toBe("AbortError");
    const controller = new AbortController();
    const apiKey = (): Promise<string> => {
      queueMicrotask(() => controller.abort());
      return new Promise(() => {});
    };
    const call2 = call(
      apiFor(server.url, { apiKey }),
      operation({ security: [["apiKey"]] }),
      {},
      { signal: controller.signal },
    );
    expect((await failure(call2)).name).toBe("AbortError");
    expect(server.received).toEqual([]);
  });

  test("leaves no listener on a signal that serves a thousand calls, and no timer", async () => {
    const server = await serve((request, response) =>
      request.url.endsWith("1") ? json(response, 500, {}) : json(response, 200, {}),
    );
    const api = apiFor(server.url);
    const { signal } = new AbortController();
    const warnings: Error[] = [];
    process.on("warning", (warning) => warnings.push(warning));
    for (let round = 0; round < 10; round++) {
      const calls = Array.from({ length: 100 }, (_, index) =>
        call(api, operation(), { query: { index } }, { signal, timeoutMs: 60_000 }).safe(),
      );
      await Promise.all(calls);
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(warnings).toEqual([]);
    expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length).toBeLessThan(20);
  });

  test("of a call that nobody awaits is told to onEvent, and is an unhandled rejection", async () => {
    const seen: RuntimeEvent[] = [];
    const unhandled = vi.fn<(reason: unknown) => void>();
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", unhandled);
    const api = apiFor(await closedPort(), {
      onEvent: (event) => {
        seen.push(event);
        throw new Error("A listener's failure breaks nothing.");
      },
    });
    void call(api, operation(), {});
    // Who looks at a call in another way takes its failure over.
    const watched = [
      call(api, operation(), {}).safe(),
      call(api, operation(), {}).withResponse().catch(String),
    ];
    await Promise.all(watched);
    await until(() => seen.filter(({ type }) => type === "error").length === 3);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", unhandled);
    for (const listener of others) process.on("unhandledRejection", listener);
    expect(unhandled).toHaveBeenCalledOnce();
    const subject = { method: "GET", path: "/things", operationId: "fetchThing" };
    expect(seen.filter(({ type }) => type === "error")).toMatchObject([subject, subject, subject]);
  });
});

describe("the runtime as a fetch", () => {
  test("sends any request with headers and credential, and passes statuses on", async () => {
    const server = await serve((_request, response) => json(response, 404, {}));
    const api = apiFor(server.url, { apiKey: "key_12345", headers: { "x-team": "a" } });
    const body = JSON.stringify({ a: 1 });
    const response = await api.fetch(new Request(`${server.url}/x?y=1`, { method: "POST", body }));
    expect(response.status).toBe(404);
    expect(server.received[0]).toMatchObject({
      method: "POST",
      url: "/x?y=1",
      headers: { authorization: "Bearer key_12345", "x-team": "a" },
    });
    expect(server.received[0]?.body.toString()).toBe(body);
  });

  test("fails by the request's own signal, and by the client's time", async () => {
    const server = await stalling("headers");
    const controller = new AbortController();
    const pending = failure(apiFor(server.url).fetch(new Request(server.url, { signal: controller.signal })));
    await until(() => server.received.length === 1);
    controller.abort();
    expect((await pending).name).toBe("AbortError");
    expect((await failure(apiFor(server.url, { timeoutMs: 50 }).fetch(new Request(server.url)))).name).toBe(
      "TimeoutError",
    );
  });

  test("shows no secret, however it is printed", () => {
    const api = apiFor("https://x.test", { apiKey: "key_s3cr3t", headers: { "x-token": "s3cr3t" } });
    expect(inspect(api, { depth: 9, showHidden: true })).not.toContain("s3cr3t");
    expect(JSON.stringify(api)).not.toContain("s3cr3t");
  });
});
