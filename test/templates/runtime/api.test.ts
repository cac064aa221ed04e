import { describe, expect, test, vi } from "vitest";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { Layer } from "../../../templates/client/src/runtime/layer.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import { apiFor, closedPort, definition, failure, json, operation, serve } from "../../support/api-server.js";

describe("the base URL", () => {
  test.each([
    ["https://x.test/v1/", "https://x.test/v1"],
    ["https://x.test//", "https://x.test"],
    ["HTTP://X.test:80", "http://x.test"],
  ])("%s is taken as %s", (baseUrl, home) => {
    expect(apiFor(baseUrl).baseUrl).toBe(home);
  });

  test("is the spec's unless the client has one", () => {
    expect(createRuntime({ ...definition, server: "https://spec.test" }, {}).baseUrl).toBe(
      "https://spec.test",
    );
  });

  test.each(["", "/v1", "x.test", "mailto:a@x.test", "ftp://x.test", "https://user:s3cr3t@x.test"])(
    "%s is refused",
    (baseUrl) => {
      expect(() => apiFor(baseUrl)).toThrow(/^baseUrl must be an http\(s\) URL without a user name$/);
    },
  );

  test("is refused when the spec has none either", () => {
    expect(() => createRuntime(definition, {})).toThrow("baseUrl must be");
  });
});

describe("a number that is none", () => {
  const window = { name: "burst", limit: 1, windowMs: 1 };
  test.each<[what: string, options: ApiOptions]>([
    ["timeoutMs must be 0 or more", { timeoutMs: NaN }],
    ["attemptTimeoutMs must be 0 or more", { attemptTimeoutMs: -1 }],
    ["maxRetries must be 0 or more", { maxRetries: NaN }],
    ["maxQueue must be 0 or more", { rateLimit: { maxQueue: NaN } }],
    ["maxWaitMs must be 0 or more", { rateLimit: { maxWaitMs: NaN } }],
    ["limit must be 1 or more", { rateLimit: { windows: [{ ...window, limit: 0 }] } }],
    ["windowMs must be 1 or more", { rateLimit: { windows: [{ ...window, windowMs: NaN }] } }],
  ])("is refused: %s", (message, options) => {
    expect(() => apiFor("https://x.test", options)).toThrow(message);
  });

  test("is refused where it is given for one call", async () => {
    const server = await serve((_request, response) => json(response, 503, {}));
    const error = await failure(call(apiFor(server.url), operation(), {}, { maxRetries: NaN }));
    expect(error.message).toBe("GET /things: the option maxRetries must be 0 or more");
    expect(server.received).toEqual([]);
  });
});

describe("the runtime", () => {
  test("runs what an operation brings as its cache around the credential and the network", async () => {
    const server = await serve();
    const order: string[] = [];
    const outer: Layer = async (request, next, own) => {
      order.push(`before, ${request.headers["authorization"]}`);
      const response = await next(request, own);
      order.push(`after, ${response.status}`);
      return response;
    };
    const cache = { layer: () => outer, freshMs: 1, etag: false };
    await call(apiFor(server.url, { apiKey: "k" }), operation({ security: [["apiKey"]], cache }), {});
    expect(order).toEqual(["before, undefined", "after, 200"]);
    expect(server.received[0]?.headers.authorization).toBe("Bearer k");
  });

  test("can send a call twice from a layer, with the credential each time", async () => {
    const server = await serve();
    const layer: Layer = async (request, next, own) => {
      await next(request, own);
      return next(request, own);
    };
    const api = apiFor(server.url, { apiKey: Object.assign(() => "k", { layer }) });
    await api.fetch(new Request(server.url, { method: "POST", body: "body" }));
    expect(server.received.map(({ headers, body }) => [headers.authorization, body.toString()])).toEqual([
      ["Bearer k", "body"],
      ["Bearer k", "body"],
    ]);
  });

  test("tells what it does, without queries and values", async () => {
    const server = await serve((_request, response) => json(response, 404, {}));
    const onEvent = vi.fn<(event: RuntimeEvent) => void>();
    const fetchThing = operation({ path: "/things/{id}" });
    await call(apiFor(server.url, { onEvent }), fetchThing, {
      path: { id: "private" },
      query: { q: "private" },
    }).safe();
    const events = onEvent.mock.calls.map(([event]) => event);
    expect(events.map(({ type }) => type)).toEqual(["request", "response", "error"]);
    expect(events[1]).toMatchObject({
      operationId: "fetchThing",
      method: "GET",
      path: "/things/{id}",
      status: 404,
    });
    expect(JSON.stringify(events)).not.toContain("private");
  });

  test("says which request from outside has failed, without its query", async () => {
    const url = await closedPort();
    await expect(apiFor(url).fetch(`${url}/things/1?q=private`, { method: "DELETE" })).rejects.toThrow(
      `DELETE /things/1: the connection to ${new URL(url).host} failed (ECONNREFUSED)`,
    );
  });

  test("is not disturbed by a listener that fails, now or later", async () => {
    const server = await serve();
    const unhandled = vi.fn<() => void>();
    process.on("unhandledRejection", unhandled);
    const onEvent = (): Promise<never> => Promise.reject(new Error("The log is full."));
    await call(apiFor(server.url, { onEvent }), operation(), {});
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
