import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { call } from "../../../templates/client/src/runtime/call.js";
import { blob, text } from "../../../templates/client/src/runtime/decode.js";
import { events } from "../../../templates/client/src/runtime/streams.js";
import { apiFor, failure, json, listen, operation, serve } from "../../support/api-server.js";
import { eventually } from "../../support/until.js";

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
    ["declared text", 200, { "content-type": "text/csv; header=present" }, "a,b", "a,b"],
  ];

  test.each(answers)("of %s is decoded", async (_name, status, headers, body, data) => {
    const server = await serve((_request, response) => response.writeHead(status, headers).end(body));
    expect(await call(apiFor(server.url), operation({ decode: { "text/csv": text } }), {})).toEqual(data);
  });

  test("without a body is undefined where the spec declares one like that", async () => {
    const server = await serve((_request, response) => response.writeHead(202).end());
    expect(await call(apiFor(server.url), operation({ mayBeEmpty: true }), {})).toBeUndefined();
  });

  test("to HEAD is nothing", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { "content-length": "5" }).end(),
    );
    expect(await call(apiFor(server.url), operation({ method: "HEAD" }), {})).toBeUndefined();
  });

  test("that is not to be read does not fail by its body", async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error("reset")) });
    const fetch = (): Promise<Response> => Promise.resolve(new Response(broken));
    const api = apiFor("https://x.test", { fetch });
    expect(await call(api, operation({ method: "HEAD" }), {})).toBeUndefined();
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
    ["nothing", "application/json", "", /JSON was expected, an empty body came/],
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
    expect(error.message.length).toBeLessThanOrEqual(400);
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

describe("a stream", () => {
  const stream = operation({ decode: { "text/event-stream": events } });

  test("of server-sent events is read as it comes, and closed when the loop ends", async () => {
    const closed = vi.fn<() => void>();
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
    await eventually(() => expect(closed).toHaveBeenCalledOnce());
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("outlives the call's deadline, but not the server's silence", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let n = 0;
      const timer = setInterval(() => {
        response.write(`data: ${n++}\n\n`);
        if (n === 5) clearInterval(timer);
      }, 200);
    });
    const iterator = (
      await call<AsyncIterable<number>, never>(
        apiFor(url),
        stream,
        {},
        { timeoutMs: 600, attemptTimeoutMs: 1500 },
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
