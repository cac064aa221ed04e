import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { call } from "../../../templates/client/src/runtime/call.js";
import { blob, events, text } from "../../../templates/client/src/runtime/decode.js";
import * as errors from "../../../templates/client/src/runtime/errors.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { Operation } from "../../../templates/client/src/runtime/operation.js";
import type { SendOptions } from "../../../templates/client/src/runtime/request.js";
import { deepObject } from "../../../templates/client/src/runtime/parameters.js";
import { apiFor, closedPort, json, listen, operation, serve, type TestServer } from "./api-server.js";

async function failure(promise: Promise<unknown>): Promise<errors.ApiError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!errors.isApiError(error))
    throw new Error(`The call did not fail as it should, but with ${String(error)}.`);
  return error;
}

describe("a request", () => {
  test("carries path, query, header and cookie parameters", async () => {
    const server = await serve();
    const fetchThing = operation({
      path: "/w/{workspaceId}/things/{thing-id}",
      defaults: ["workspaceId"],
      styles: { "query:created": deepObject, "query:expand": deepObject },
    });
    const options = {
      headers: { "If-Match": '"1"', "X-List": [1, 2], "X-None": undefined },
      cookies: { a: "1;2", b: [1, 2] },
    };
    await call(
      apiFor(server.url),
      fetchThing,
      { path: { "thing-id": "a/b?c#d" }, query: { created: { gte: 5 }, expand: ["x"] } },
      options,
    );
    const [request] = server.received;
    const url = new URL(request?.url ?? "", "http://x");
    expect(url.pathname).toBe("/w/current/things/a%2Fb%3Fc%23d");
    expect([...url.searchParams]).toEqual([
      ["created[gte]", "5"],
      ["expand[]", "x"],
    ]);
    expect(request?.headers).toMatchObject({
      "if-match": '"1"',
      "x-list": "1,2",
      cookie: "a=1%3B2; b=1; b=2",
      accept: "application/json",
      "user-agent": "test-client/1.2.3",
    });
    expect(request?.headers).not.toHaveProperty("x-none");
  });

  test("takes a default from the call, then the client, then the spec", async () => {
    const server = await serve();
    const fetchThing = operation({ path: "/{workspaceId}", defaults: ["workspaceId"] });
    const options: SendOptions & { workspaceId: string } = { workspaceId: "mine" };
    const client: { workspaceId: string } = { workspaceId: "ours" };
    await call(apiFor(server.url, client), fetchThing, {}, options);
    await call(apiFor(server.url, client), fetchThing, {});
    await call(apiFor(server.url), fetchThing, {});
    expect(server.received.map(({ url }) => url)).toEqual(["/mine", "/ours", "/current"]);
  });

  test("keeps the base URL's path, and an operation's own server", async () => {
    const server = await serve();
    const api = apiFor(`${server.url}/v1/`);
    await call(api, operation(), {});
    await call(api, operation({ server: "/v2/" }), {});
    await call(api, operation({ path: "/a?b=1#c" }), { query: { d: 2 } });
    expect(server.received.map(({ url }) => url)).toEqual(["/v1/things", "/v2/things", "/v1/a?b=1&d=2"]);
  });

  test("has a key where the spec declares its header", async () => {
    const server = await serve();
    const create = operation({ method: "POST", idempotencyHeader: "Idempotency-Key" });
    await call(apiFor(server.url), create, {});
    await call(apiFor(server.url), create, {}, { idempotencyKey: "mine" });
    const keys = server.received.map(({ headers }) => headers["idempotency-key"]);
    expect(keys[0]).toMatch(/^[\d-]{10,}$/);
    expect(keys[1]).toBe("mine");
  });

  test.each([
    ["a\r\nEvil: 1", "X-A"],
    ["日本", "X-A"],
    ["a\0", "X-A"],
  ])("with the header value %j is refused without saying it", async (value, name) => {
    const server = await serve();
    const error = await failure(call(apiFor(server.url), operation(), {}, { headers: { [name]: value } }));
    expect(error).toBeInstanceOf(errors.RequestError);
    expect(error.message).toContain(name);
    expect(inspect(error)).not.toContain(value);
    expect(server.received).toEqual([]);
  });

  test("with a path value that is missing or leads elsewhere is refused by name", async () => {
    const server = await serve();
    for (const id of ["..", ".", "%2e%2e", "", undefined, "\0"]) {
      const error = await failure(
        call(apiFor(server.url), operation({ path: "/things/{constructor}" }), { path: { constructor: id } }),
      );
      expect(error).toMatchObject({
        name: "RequestError",
        code: "invalid_request",
        operationId: "fetchThing",
      });
      expect(error.message).toContain('"constructor"');
    }
    expect(server.received).toEqual([]);
  });

  test("leaves only after what is chained has said how to read the answer", async () => {
    const server = await serve((_request, response) => response.end("raw"));
    const response = await call(apiFor(server.url), operation(), {}).asResponse();
    expect(await response.text()).toBe("raw");
    expect(server.received).toHaveLength(1);
  });
});

describe("an answer", () => {
  const answers: [
    name: string,
    status: number,
    headers: Record<string, string>,
    body: string | undefined,
    data: unknown,
  ][] = [
    ["JSON", 200, { "content-type": "application/json" }, '{"a":1}', { a: 1 }],
    ["JSON with a suffix", 200, { "content-type": "application/vnd.x+json; charset=utf-8" }, "[1]", [1]],
    ["JSON without a type", 200, {}, "1", 1],
    ["JSON called text", 200, { "content-type": "text/plain" }, '"x"', "x"],
    ["JSON behind a byte order mark", 200, { "content-type": "application/json" }, "\uFEFF{}", {}],
    ["204", 204, {}, undefined, undefined],
    ["205", 205, {}, undefined, undefined],
    ["200 with no body", 200, { "content-type": "application/json" }, "", undefined],
    ["declared text", 200, { "content-type": "text/csv; header=present" }, "a,b", "a,b"],
  ];

  test.each(answers)("of %s is decoded", async (_name, status, headers, body, data) => {
    const server = await serve((_request, response) => response.writeHead(status, headers).end(body));
    expect(await call(apiFor(server.url), operation({ decode: { "text/csv": text } }), {})).toEqual(data);
  });

  test("to HEAD is nothing", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { "content-length": "5" }).end(),
    );
    expect(await call(apiFor(server.url), operation({ method: "HEAD" }), {})).toBeUndefined();
  });

  test("with __proto__ changes no prototype", async () => {
    const server = await serve((_request, response) =>
      response.end('{"__proto__":{"admin":true},"constructor":1}'),
    );
    const data = await call<object, never>(apiFor(server.url), operation(), {});
    expect(Object.keys(data)).toEqual(["__proto__", "constructor"]);
    expect({}).not.toHaveProperty("admin");
  });

  test.each([
    ["a proxy's page", "text/html", "<html>Sign in</html>", /text\/html came: <html>Sign in/],
    ["a page that would parse", "text/html", "1", /text\/html/],
    ["truncated JSON", "application/json", '{"a":', /JSON was expected/],
    ["JSON of too many characters", "application/json", `{"a":"${"x".repeat(10_000)}`, /JSON was expected/],
  ])("of %s is a DecodeError", async (_name, type, body, message) => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { "content-type": type, "x-request-id": "req_1" }).end(body),
    );
    const error = await failure(call(apiFor(server.url), operation(), {}));
    expect(error).toMatchObject({
      name: "DecodeError",
      code: "decode_failed",
      status: 200,
      requestId: "req_1",
    });
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThanOrEqual(300);
  });

  test("of bytes is a Blob, whatever the server calls them", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { "content-type": "image/png" }).end("png"),
    );
    const download = operation({ decode: { "application/octet-stream": blob } });
    const data = await call<Blob, never>(apiFor(server.url), download, {});
    expect([data.size, data.type]).toEqual([3, "image/png"]);
  });

  test("comes with its response and the request's id", async () => {
    const server = await serve((_request, response) =>
      json(response, 201, { a: 1 }, { "x-vendor-request-id": "req_7" }),
    );
    const answer = await call(apiFor(server.url), operation(), {}).withResponse();
    expect(answer).toMatchObject({ data: { a: 1 }, requestId: "req_7", response: { status: 201 } });
    expect(await call(apiFor(server.url), operation(), {}).safe()).toMatchObject({
      ok: true,
      data: { a: 1 },
    });
  });
});

describe("a failure by status", () => {
  const body = { type: "about:blank", code: 404, detail: "No task has this id." };
  const classes: [number, string][] = [
    [400, "BadRequestError"],
    [401, "AuthenticationError"],
    [402, "StatusError"],
    [403, "PermissionError"],
    [404, "NotFoundError"],
    [409, "ConflictError"],
    [412, "PreconditionFailedError"],
    [413, "PayloadTooLargeError"],
    [415, "UnsupportedMediaTypeError"],
    [422, "ValidationError"],
    [429, "RateLimitError"],
    [500, "ServerError"],
    [599, "ServerError"],
  ];

  test.each(classes)("%i is a %s", async (status, name) => {
    const server = await serve((_request, response) => json(response, status, {}));
    const error = await failure(call(apiFor(server.url), operation(), {}));
    expect(error).toBeInstanceOf(Reflect.get(errors, name));
    expect(error).toMatchObject({ name, status, code: `http_${status}` });
  });

  test.each<
    [name: string, errorCodes: Operation["errorCodes"], body: unknown, code: string, serverCode?: string]
  >([
    ["the body's own", { 404: "x" }, { code: "task_not_found" }, "task_not_found"],
    ["the one in its error", { 404: "x" }, { error: { code: "resource_missing" } }, "resource_missing"],
    ["OAuth's", { 404: "" }, { error: "invalid_grant" }, "invalid_grant"],
    ["the catalogue's when the body has a number", { 404: "task_not_found" }, body, "task_not_found"],
    ["the range's", { "4XX": "client_error" }, body, "client_error"],
    ["the default's", { default: "failed" }, body, "failed"],
    ["the status when nobody names one", { 404: "" }, body, "http_404"],
    [
      "unexpected when undeclared",
      { 400: "bad" },
      { code: "constructor" },
      "unexpected_status",
      "constructor",
    ],
    ["unexpected when nothing is declared", undefined, body, "unexpected_status"],
    ["no sentence", { 404: "x" }, { code: "No such thing!" }, "x"],
  ])("has the code: %s", async (_name, errorCodes, answer, code, serverCode) => {
    const server = await serve((_request, response) => json(response, 404, answer));
    const { errorCodes: _none, ...bare } = operation();
    const result = await call<unknown, errors.NotFoundError>(
      apiFor(server.url),
      errorCodes ? { ...bare, errorCodes } : bare,
      {},
    ).safe();
    expect(result.ok || { ...result.error }).toMatchObject({
      name: "NotFoundError",
      code,
      ...(serverCode ? { serverCode } : {}),
    });
  });

  test("says what a person needs, and hides body and headers from logs", async () => {
    const server = await serve((_request, response) => {
      json(response, 404, { ...body, secret: "s3cr3t" }, { "x-request-id": "req_1", "set-cookie": "s3cr3t" });
    });
    const error = await failure(
      call(apiFor(server.url), operation({ path: "/tasks/{id}", errorCodes: { 404: "gone" } }), {
        path: { id: "private" },
      }),
    );
    expect(error.message).toBe("GET /tasks/{id} answered 404 (gone): No task has this id.");
    expect(error).toMatchObject({
      requestId: "req_1",
      operationId: "fetchThing",
      body: { secret: "s3cr3t" },
    });
    for (const shown of [inspect(error, { depth: 9 }), JSON.stringify(error), String(error.stack)]) {
      expect(shown).not.toMatch(/s3cr3t|private/);
    }
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: "NotFoundError",
      code: "gone",
      message: error.message,
    });
  });

  test("says no secret of the client, even when the server does", async () => {
    const server = await serve((request, response) =>
      json(response, 401, { message: `Bad: ${request.headers.authorization}` }),
    );
    const error = await failure(
      call(apiFor(server.url, { apiKey: "key_12345" }), operation({ security: [["apiKey"]] }), {}),
    );
    expect(error.message).toContain("Bad: Bearer [secret]");
  });

  test("of a proxy's 200 kB page is short", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(502, { "content-type": "text/html" }).end("<p>".repeat(70_000)),
    );
    const error = await failure(call(apiFor(server.url), operation(), {}));
    expect(error).toMatchObject({ name: "ServerError", status: 502 });
    expect(error.message).toBe(
      "GET /things answered 502 (http_502): a page of text/html came, perhaps from a proxy",
    );
    expect(String(Reflect.get(error, "body")).length).toBe(64 * 1024);
  });

  test("reads 64 KiB of an endless body, and lets go of the connection", async () => {
    const closed = vi.fn();
    const url = await listen((_request, response) => {
      response.writeHead(500);
      const drip = (): void =>
        void (response.write(Buffer.alloc(65_536, "x")) ? setImmediate(drip) : response.once("drain", drip));
      drip();
      response.on("close", closed);
    });
    await failure(call(apiFor(url), operation(), {}));
    await vi.waitUntil(() => closed.mock.calls.length > 0, { interval: 1 });
  });

  test("is none of success, even without the expected members", async () => {
    const server = await serve((_request, response) => json(response, 500, { id: "tsk_1" }));
    expect(await failure(call(apiFor(server.url), operation(), {}))).toBeInstanceOf(errors.ServerError);
  });

  test("is recognised across copies of the package", async () => {
    vi.resetModules();
    const copy = await import("../../../templates/client/src/runtime/errors.js");
    const error = new copy.TimeoutError("late");
    expect(error).not.toBeInstanceOf(errors.ApiError);
    expect(errors.isApiError(error)).toBe(true);
    expect(errors.isApiError(new Error("late"))).toBe(false);
  });
});

describe("a failure without an answer", () => {
  test("is a ConnectionError when refused, with the reason and without the rest", async () => {
    const error = await failure(
      call(apiFor(await closedPort()), operation({ path: "/t/{id}" }), {
        path: { id: "private" },
        query: { q: "private" },
      }),
    );
    expect(error).toMatchObject({
      name: "ConnectionError",
      code: "connection_failed",
      message: "GET /t/{id}: the connection failed (ECONNREFUSED)",
    });
    expect(inspect(error, { depth: 9 })).not.toContain("private");
  });

  test.each([
    ["before its headers", (): string => ""],
    ["in its body", (): string => "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"],
    ["in a chunked body", (): string => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"],
  ])("is a ConnectionError when the answer breaks off %s", async (_name, start) => {
    const url = await listen((request) => request.socket.end(start()));
    expect(await failure(call(apiFor(url), operation(), {}))).toMatchObject({ name: "ConnectionError" });
  });

  test("does not keep what a custom fetch throws", async () => {
    const fetch = (): Promise<Response> =>
      Promise.reject(Object.assign(new Error("Bearer s3cr3t"), { config: { key: "s3cr3t" } }));
    const error = await failure(call(apiFor("https://x.test", { fetch }), operation(), {}));
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cr3t");
  });
});

/** A server that stops answering at one of three points. */
function stalling(point: "headers" | "body" | "error body"): Promise<TestServer> {
  return serve((_request, response) => {
    if (point === "headers") return;
    response.writeHead(point === "body" ? 200 : 500, { "content-type": "application/json" });
    response.write('{"a":');
  });
}

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
      expect(error.message).toBe("GET /things: not done within 60 ms");
    },
  );

  test.each(["headers", "body", "error body"] as const)(
    "comes by the caller's signal, with the server stalling in %s",
    async (point) => {
      const server = await stalling(point);
      const controller = new AbortController();
      const pending = failure(call(apiFor(server.url), operation(), {}, { signal: controller.signal }));
      await vi.waitUntil(() => server.received.length === 1, { interval: 1 });
      const start = performance.now();
      controller.abort();
      expect(await pending).toMatchObject({ name: "AbortError", code: "aborted" });
      expect(performance.now() - start).toBeLessThan(50);
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

  test("of an unobserved call is told to onEvent, and is no unhandled rejection", async () => {
    const seen: RuntimeEvent[] = [];
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const api = apiFor(await closedPort(), {
      onEvent: (event) => {
        seen.push(event);
        throw new Error("A listener's failure breaks nothing.");
      },
    });
    void call(api, operation(), {});
    await vi.waitUntil(() => seen.some(({ type }) => type === "error"));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(seen.map(({ type, method, path, operationId }) => [type, method, path, operationId])).toEqual([
      ["request", "GET", "/things", "fetchThing"],
      ["error", "GET", "/things", "fetchThing"],
    ]);
  });
});

describe("a stream", () => {
  const stream = operation({ decode: { "text/event-stream": events } });

  test("of server-sent events is read as it comes, and closed when the loop ends", async () => {
    const closed = vi.fn();
    const url = await listen((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"n":1}\n\n');
      response.write('data: {"n":2}\n\ndata: {"n":3}\n\n');
      response.on("close", closed);
    });
    const controller = new AbortController();
    const seen: unknown[] = [];
    for await (const event of await call<AsyncIterable<{ n: number }>, never>(
      apiFor(url),
      stream,
      {},
      { signal: controller.signal },
    )) {
      seen.push(event);
      if (event.n === 2) break;
    }
    expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
    await vi.waitUntil(() => closed.mock.calls.length > 0, { interval: 1 });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("outlives the call's deadline, but not the server's silence", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let n = 0;
      const timer = setInterval(() => {
        response.write(`data: ${n++}\n\n`);
        if (n === 5) clearInterval(timer);
      }, 20);
    });
    const iterator = (
      await call<AsyncIterable<number>, never>(
        apiFor(url),
        stream,
        {},
        { timeoutMs: 60, attemptTimeoutMs: 150 },
      )
    )[Symbol.asyncIterator]();
    const seen: unknown[] = [];
    const error = await failure(
      (async () => {
        for (;;) seen.push((await iterator.next()).value);
      })(),
    );
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(error).toMatchObject({ name: "TimeoutError" });
  });

  test("can be ended by the signal while it is read, and leaves no listener", async () => {
    const url = await listen((_request, response) => response.writeHead(200).write("part"));
    const controller = new AbortController();
    const response = await call(apiFor(url), operation(), {}, { signal: controller.signal }).asResponse();
    expect(response.url).toBe(`${url}/things`);
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("part");
    const rest = failure(Promise.resolve(reader?.read()));
    controller.abort();
    expect(await rest).toMatchObject({ name: "AbortError" });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
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
    await vi.waitUntil(() => server.received.length === 1, { interval: 1 });
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
