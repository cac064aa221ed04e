import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import { apiFor, failure, json, listen, operation, serve } from "../../support/api-server.js";
import { httpText, jsonText, listenRaw } from "../../support/raw-server.js";
import { eventually } from "../../support/until.js";

const JSON_TYPE = { "content-type": "application/json" };

describe("an answer that is broken on the way", () => {
  const cases: [what: string, bytes: string, ending: "end" | "reset", want: object][] = [
    ["reset before its headers", "", "reset", { code: "connection_failed" }],
    ["reset within its headers", "HTTP/1.1 200 OK\r\nx-a: ", "reset", { code: "connection_failed" }],
    [
      "reset within its body",
      httpText(200, { ...JSON_TYPE, "content-length": 90, "x-request-id": "req_1" }, '{"a":'),
      "reset",
      { code: "connection_failed", status: 200, requestId: "req_1" },
    ],
    [
      "reset within a chunk",
      httpText(200, { ...JSON_TYPE, "transfer-encoding": "chunked" }, '5\r\n{"a'),
      "reset",
      { code: "connection_failed", status: 200 },
    ],
    [
      "closed before its declared length",
      httpText(200, { ...JSON_TYPE, "content-length": 90 }, '{"a":1}'),
      "end",
      { code: "connection_failed", status: 200 },
    ],
    [
      "closed before its last chunk",
      httpText(200, { ...JSON_TYPE, "transfer-encoding": "chunked" }, '7\r\n{"a":1}\r\n'),
      "end",
      { code: "connection_failed", status: 200 },
    ],
    [
      "JSON that ends too early, where only the connection's end tells",
      httpText(200, { ...JSON_TYPE, connection: "close" }, '{"a":'),
      "end",
      { code: "decode_failed", status: 200 },
    ],
    // Node's fetch gives up on a 100 that nobody asked for; what matters is that the call says so, at once.
    [
      "100 Continue that nobody asked for",
      `HTTP/1.1 100 Continue\r\n\r\n${jsonText(200, {})}`,
      "end",
      { code: "connection_failed" },
    ],
    ["no HTTP", "SSH-2.0-OpenSSH_9\r\n", "end", { code: "connection_failed" }],
    [
      "a header with a line break",
      "HTTP/1.1 200 OK\r\nx-a: 1\n 2\0\r\n\r\n",
      "end",
      { code: "connection_failed" },
    ],
    [
      "an error that is reset within its body: what came of it counts",
      httpText(500, { "content-type": "text/plain", "content-length": 90 }, "out of "),
      "reset",
      { name: "ServerError", status: 500 },
    ],
  ];
  test.each(cases)("%s", async (_what, bytes, ending, want) => {
    const server = await listenRaw((socket) => {
      const leave = (): unknown => (ending === "reset" ? socket.resetAndDestroy() : socket.end());
      if (bytes) socket.write(bytes, () => setTimeout(leave, 20));
      else leave();
    });
    expect(await failure(call(apiFor(server.url), operation(), {}))).toMatchObject(want);
    expect(server.requests).toHaveLength(1);
  });

  test("a name that leads nowhere", async () => {
    const error = await failure(call(apiFor("http://no-such-host.invalid"), operation(), {}));
    expect(error.message).toMatch(
      /^GET \/things: the connection to no-such-host.invalid failed \((ENOTFOUND|EAI_AGAIN)\)$/,
    );
  });
});

describe("an answer that is odd, but whole", () => {
  const cases: [what: string, bytes: string, want: unknown][] = [
    [
      "after 103 Early Hints",
      `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${jsonText(200, { a: 1 })}`,
      { a: 1 },
    ],
    ["204 with a body", httpText(204, { ...JSON_TYPE, "content-length": 7 }, '{"a":1}'), undefined],
    ["205 with a body", jsonText(205, { a: 1 }), undefined],
    ["200 with a length of nothing", httpText(200, { ...JSON_TYPE, "content-length": 0 }), undefined],
    ["200 with no length", httpText(200, { connection: "close" }), undefined],
    ["a length that is too short", httpText(200, { ...JSON_TYPE, "content-length": 1 }, "17"), 1],
    ["headers of many kinds", jsonText(200, [1], { constructor: "1", __proto__: "2", "x-empty": "" }), [1]],
    [
      "JSON with a null, a member and a value that nobody knows",
      jsonText(200, { kind: "new", extra: [null] }),
      { kind: "new", extra: [null] },
    ],
  ];
  test.each(cases)("%s", async (_what, bytes, want) => {
    const server = await listenRaw((socket) => {
      socket.write(bytes);
      if (!/^content-length/im.test(bytes)) socket.end();
    });
    const api = apiFor(server.url);
    const fetchThing = operation({ mayBeEmpty: true });
    expect(await call(api, fetchThing, {})).toEqual(want);
    // Whatever is left on the connection must not be taken for the next answer.
    expect(await call(api, fetchThing, {})).toEqual(want);
  });

  test("with a member called __proto__, for an error too", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(404, JSON_TYPE).end('{"__proto__":{"code":"evil","message":"evil"},"status":7}');
    });
    const error = await failure(call(apiFor(server.url), operation(), {}));
    expect(error).toMatchObject({ status: 404 });
    expect(error.code).toBeUndefined();
    expect(error.message).not.toContain("evil");
    expect({}).not.toHaveProperty("code");
  });

  test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "with the error code %s, which is a name like any other",
    async (code) => {
      const server = await serve((_request, response) => json(response, 404, { code }));
      expect(await failure(call(apiFor(server.url), operation(), {}))).toMatchObject({ code, status: 404 });
    },
  );
});

describe("an answer that is slow or large", () => {
  test("dripping, ends with the time of the attempt", async () => {
    const server = await listenRaw((socket) => {
      socket.write(httpText(200, { ...JSON_TYPE, "transfer-encoding": "chunked" }));
      const timer = setInterval(() => socket.write("1\r\n \r\n"), 10);
      socket.on("close", () => clearInterval(timer));
    });
    const error = await failure(call(apiFor(server.url, { attemptTimeoutMs: 1000 }), operation(), {}));
    expect(error).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("GET /things: not done within 1000 ms (attemptTimeoutMs)"),
    });
    await eventually(() => expect(server.gone).toBe(1));
  });

  test("dripping as an error, ends with the call's deadline", async () => {
    const server = await listenRaw((socket) => {
      socket.write(httpText(500, { ...JSON_TYPE, "transfer-encoding": "chunked" }));
      const timer = setInterval(() => socket.write("1\r\n \r\n"), 10);
      socket.on("close", () => clearInterval(timer));
    });
    const error = await failure(call(apiFor(server.url), operation(), {}, { timeoutMs: 1000 }));
    expect(error).toMatchObject({ code: "timeout" });
    await eventually(() => expect(server.gone).toBe(1));
  });

  const message = operation({
    retry: {
      statuses: [500],
      delay: [{ message: "Retry in (?<seconds>\\d+) s" }],
      backoff: { initialMs: 1, maxMs: 1, factor: 1, jitter: "none" },
      maxAttempts: 2,
    },
  });

  test.each([
    ["once", operation(), 0, 1],
    ["with its message looked at, and again", message, 1, 2],
  ])("an error of 1 GB is read to a small part, %s", async (_what, wanted, maxRetries, attempts) => {
    const GIGABYTE = 2 ** 30;
    const closed: number[] = [];
    const url = await listen((request, response) => {
      response.writeHead(500, { "content-type": "text/plain", "content-length": GIGABYTE });
      const chunk = Buffer.alloc(65_536, "x");
      const drip = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once("drain", drip);
      };
      drip();
      request.socket.on("close", () => closed.push(request.socket.bytesWritten));
    });
    const error = await failure(call(apiFor(url, { maxRetries }), wanted, {}));
    expect(error).toMatchObject({ name: "ServerError", status: 500 });
    expect(error.message.length).toBeLessThanOrEqual(400);
    await eventually(() => expect(closed).toHaveLength(attempts));
    // What the kernel holds for both ends is sent, too.
    expect(Math.max(...closed)).toBeLessThan(20 * 2 ** 20);
  });

  test("an error that is a gzip bomb is unpacked to a small part", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20), { level: 9 });
    const server = await serve((_request, response) => {
      response.writeHead(500, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
    });
    const before = process.memoryUsage();
    const error = await failure(call(apiFor(server.url), operation(), {}));
    const after = process.memoryUsage();
    expect(error).toMatchObject({ status: 500 });
    expect(String(Reflect.get(error, "body")).length).toBe(64 * 1024);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100 * 2 ** 20);
  });

  test("an error with a length that lies says what came", async () => {
    const server = await listenRaw((socket) => {
      socket.end(httpText(503, { "content-type": "text/html", "content-length": 5 }, "<p>x</p> and more"));
    });
    const error = await failure(call(apiFor(server.url), operation(), {}));
    expect(error.message).toContain("text/html came: x");
  });
});
