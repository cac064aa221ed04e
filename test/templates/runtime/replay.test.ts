import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { binary } from "../../../templates/client/src/runtime/body.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import {
  apiFor,
  failure,
  json,
  listen,
  operation,
  serve,
  type TestServer,
} from "../../support/api-server.js";

const put = operation({ method: "PUT", body: { "application/octet-stream": binary } });

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream();
}

/** A server that fails twice, then answers. */
function recovering(): Promise<TestServer> {
  let count = 0;
  return serve((_request, response: ServerResponse) =>
    json(response, (count += 1) > 2 ? 200 : 503, { message: "Soon." }),
  );
}

describe("a body that can be replayed", () => {
  test.each([
    ["text", "abc"],
    ["a blob", new Blob(["abc"])],
    ["bytes", new TextEncoder().encode("abc")],
    ["a buffer", new TextEncoder().encode("abc").buffer],
  ])("is sent whole with each attempt: %s", async (_name, body) => {
    const server = await recovering();
    await call(apiFor(server.url, { maxRetries: 2 }), put, { body });
    expect(server.received.map((request) => String(request.body))).toEqual(["abc", "abc", "abc"]);
  });

  test("from outside is one too, in a Request or in its init", async () => {
    const body = new FormData();
    body.set("a", "1");
    for (const init of [
      { method: "PUT", body: "abc" },
      { method: "PUT", body },
    ]) {
      const server = await recovering();
      const api = apiFor(server.url, { maxRetries: 2 });
      const response = await api.fetch(new Request(server.url, init));
      expect(await response.json()).toEqual({ message: "Soon." });
      const types = new Set(server.received.map(({ headers }) => headers["content-type"]));
      const texts = new Set(server.received.map((request) => String(request.body)));
      expect([server.received.length, types.size, texts.size]).toEqual([3, 1, 1]);
      expect([...texts][0]).not.toBe("");
      await api.fetch(server.url, init);
      expect(server.received.at(-1)?.headers["content-type"]).toMatch(/^(text\/plain|multipart)/);
    }
  });
});

describe("a body that is a stream", () => {
  test("is sent once, and the error of the status says why", async () => {
    const server = await recovering();
    const error = await failure(call(apiFor(server.url, { maxRetries: 2 }), put, { body: streamOf("abc") }));
    expect(error).toMatchObject({ status: 503, name: "ServerError" });
    expect(error.message).toMatch(
      /^PUT \/things answered 503: Soon\. \(not repeated, since its body is a stream\)$/,
    );
    expect(server.received.map(({ body }) => String(body))).toEqual(["abc"]);
  });

  test("is sent once, and the error of the connection says why and stays what it is", async () => {
    let count = 0;
    const url = await listen((request) => {
      count += 1;
      request.socket.destroy();
    });
    const error = await failure(call(apiFor(url, { maxRetries: 2 }), put, { body: streamOf("abc") }));
    expect(error).toMatchObject({ name: "ConnectionError", code: "connection_failed" });
    expect(error.message).toMatch(
      /^PUT \/things: the connection to .* failed .*not repeated, since its body is/,
    );
    expect(count).toBe(1);
  });

  test("says nothing of it where there was nothing to repeat", async () => {
    const server = await serve((_request, response) => json(response, 404, {}));
    const error = await failure(call(apiFor(server.url, { maxRetries: 2 }), put, { body: streamOf("abc") }));
    expect(error.message).not.toContain("repeated");
  });

  test("from outside is sent as it comes, once", async () => {
    const server = await recovering();
    const init = { method: "PUT", body: streamOf("abc"), duplex: "half" };
    const response = await apiFor(server.url, { maxRetries: 2 }).fetch(server.url, init);
    expect(response.status).toBe(503);
    expect(server.received.map(({ body, headers }) => [String(body), headers["transfer-encoding"]])).toEqual([
      ["abc", "chunked"],
    ]);
  });
});

test("the platform's fetch is one that a client takes, and is called with a URL and its init", async () => {
  const server = await serve();
  await call(apiFor(server.url, { fetch }), operation(), {});
  const seen: unknown[] = [];
  const own: typeof fetch = (input, init) => {
    seen.push(typeof input, init?.method, init?.redirect, init?.signal instanceof AbortSignal);
    return fetch(input, init);
  };
  await call(apiFor(server.url, { fetch: own }), operation(), {});
  expect(seen).toEqual(["string", "GET", "manual", true]);
});

test("a method that fetch does not send is refused as such, and not repeated", async () => {
  const error = await failure(
    call(apiFor("http://127.0.0.1:1", { maxRetries: 2 }), operation({ method: "TRACE" }), {}),
  );
  expect(error).toMatchObject({ name: "RequestError" });
});
