import { describe, expect, test } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import * as streams from "../../../templates/client/src/runtime/streams.js";
import { apiFor, operation, serve } from "../../support/api-server.js";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

const typed = (text: string, type = "text/event-stream"): Response =>
  new Response(text, { headers: { "content-type": type } });

const STREAM = 'retry: 10\nid: 7\nevent: add\ndata: {"x":"hi"}\n\ndata: plain\n\n';

describe("server-sent events", () => {
  test("are their data, with the events at hand", async () => {
    expect(await collect(streams.events(typed(STREAM)))).toEqual([{ x: "hi" }, "plain"]);
    expect(await collect(streams.events(typed(STREAM)).events())).toEqual([
      { event: "add", id: "7", retry: 10, data: { x: "hi" } },
      // Id and time to wait hold until others come.
      { id: "7", retry: 10, data: "plain" },
    ]);
  });

  test("are the events where the spec describes them, with their data as it says", async () => {
    const read = async (decoder: typeof streams.wholeTextEvents): Promise<unknown[]> =>
      collect(decoder(typed(STREAM)) as AsyncIterable<unknown>);
    expect(await read(streams.wholeTextEvents)).toMatchObject([
      { event: "add", data: '{"x":"hi"}' },
      { data: "plain" },
    ]);
    expect(await read(streams.wholeEvents)).toMatchObject([
      { event: "add", data: { x: "hi" } },
      { data: "plain" },
    ]);
  });

  test("called `error` end the loop with the server's reason", async () => {
    const text = 'data: 1\n\nevent: error\ndata: {"error":{"code":"overloaded","message":"Too busy."}}\n\n';
    const seen: unknown[] = [];
    const loop = async (): Promise<void> => {
      for await (const item of streams.events(typed(text))) seen.push(item);
    };
    await expect(loop()).rejects.toMatchObject({
      name: "StreamError",
      code: "overloaded",
      message: "the stream failed: Too busy.",
    });
    expect(seen).toEqual([1]);
  });

  test("are the one result of a server that does not stream", async () => {
    expect(await collect(streams.events(typed('{"a":1}', "application/json")))).toEqual([{ a: 1 }]);
  });

  test("of 20 MB on one line take a time that grows with the length alone", async () => {
    const timed = async (megabytes: number): Promise<number> => {
      const piece = new TextEncoder().encode("x".repeat(16_384));
      let left = (megabytes * 2 ** 20) / piece.length;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left === 0) controller.enqueue(new TextEncoder().encode("\n\n"));
          if (left === 0) controller.close();
          else
            controller.enqueue(
              left === (megabytes * 2 ** 20) / piece.length ? new TextEncoder().encode("data: ") : piece,
            );
          left -= 1;
        },
      });
      const start = performance.now();
      expect(await collect(streams.events(new Response(body)))).toHaveLength(1);
      return performance.now() - start;
    };
    await timed(2);
    expect((await timed(20)) / (await timed(4))).toBeLessThan(15);
  });

  test("go on after the last one when the connection breaks off", async () => {
    const asked: unknown[] = [];
    const server = await serve((request, response) => {
      asked.push(request.headers["last-event-id"]);
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (asked.length === 1)
        response.write("retry: 1\nid: a\ndata: 1\n\ndata: 2\n\n", () => response.destroy());
      else response.end("id: b\ndata: 3\n\n");
    });
    const listen = operation({
      decode: { "text/event-stream": streams.events },
      accept: ["text/event-stream"],
    });
    const stream = await call<streams.EventStream<number>, never>(apiFor(server.url), listen, {});
    expect(await collect(stream)).toEqual([1, 2, 3]);
    expect(asked).toEqual([undefined, "a"]);
  });

  test("without an id end with the connection", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n", () => response.destroy());
    });
    const listen = operation({
      decode: { "text/event-stream": streams.events },
      accept: ["text/event-stream"],
    });
    const stream = await call<streams.EventStream<number>, never>(apiFor(server.url), listen, {});
    await expect(collect(stream)).rejects.toMatchObject({ name: "ConnectionError" });
    expect(server.received).toHaveLength(1);
  });
});

describe("values one after the other", () => {
  const read = async (
    decoder: typeof streams.readJsonLines,
    text: string,
    type = "x/y",
  ): Promise<unknown[]> => collect(decoder(typed(text, type)) as AsyncIterable<unknown>);

  test("one a line, with the last line unfinished or not", async () => {
    expect(await read(streams.readJsonLines, '{"x":1}\r\n\n{"x":2}')).toEqual([{ x: 1 }, { x: 2 }]);
    expect(await read(streams.readJsonLines, "1\n2\n")).toEqual([1, 2]);
    expect(await read(streams.readJsonLines, "[1,2]", "application/json")).toEqual([1, 2]);
  });

  test("as a JSON text sequence (RFC 7464)", async () => {
    expect(await read(streams.readJsonLines, '\u001e{"x":\n1}\n\u001e2\n', "application/json-seq")).toEqual([
      { x: 1 },
      2,
    ]);
  });

  test("that are no JSON say so", async () => {
    await expect(read(streams.readJsonLines, "1\n<p>no\n")).rejects.toMatchObject({
      name: "DecodeError",
      message: "JSON was expected in a stream, this came: <p>no",
    });
  });
});
