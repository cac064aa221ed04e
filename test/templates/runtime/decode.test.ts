import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decoderOf, readErrorBody } from "../../../templates/client/src/runtime/decode.js";
import { events } from "../../../templates/client/src/runtime/streams.js";

/** A response whose body comes in the given pieces. */
function inPieces(pieces: readonly Uint8Array[]): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  return new Response(body);
}

async function eventsIn(response: Response): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const event of events(response)) seen.push(event);
  return seen;
}

describe("server-sent events", () => {
  test.each<[name: string, stream: string, data: unknown[]]>([
    ["JSON", 'data: {"a":1}\n\n', [{ a: 1 }]],
    ["text that is no JSON", "data: hello\n\n", ["hello"]],
    ["several lines", 'data: {\ndata: "a":1}\n\n', [{ a: 1 }]],
    ["CRLF and CR", "data: 1\r\n\r\ndata: 2\r\rdata: 3\n\n", [1, 2, 3]],
    ["no space after the colon, and only one dropped", "data:1\n\ndata:  x\n\n", [1, " x"]],
    ["a field without a colon", "data\n\n", [""]],
    ["comments and other fields", ": ping\n\nevent: x\nid: 1\nretry: 5\ndata: 1\nodd\n\n", [1]],
    ["a byte order mark", "\uFEFFdata: 1\n\n", [1]],
    ["an event without data", "event: x\n\ndata: 1\n\n", [1]],
    ["an unfinished last event", "data: 1\n\ndata: 2\n", [1]],
    ["the sentinel", "data: 1\n\ndata: [DONE]\n\ndata: 2\n\n", [1]],
    ["nothing", "", []],
  ])("with %s", async (_name, stream, data) => {
    expect(await eventsIn(new Response(`${stream}`))).toEqual(data);
    expect(
      await eventsIn(inPieces([...new TextEncoder().encode(stream)].map((byte) => Uint8Array.of(byte)))),
    ).toEqual(data);
  });

  test("are the same, however the stream is cut", async () => {
    const line = fc.constantFrom("data: é€😀", "data: 1", "data:", ": c", "", "id: 2");
    const end = fc.constantFrom("\n", "\r\n", "\r");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(line, end)), fc.array(fc.nat(40)), async (lines, cuts) => {
        const bytes = new TextEncoder().encode(lines.map((parts) => parts.join("")).join(""));
        const places = [
          0,
          ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b),
          bytes.length,
        ];
        const pieces = places.slice(1).map((place, index) => bytes.slice(places[index], place));
        expect(await eventsIn(inPieces(pieces))).toEqual(await eventsIn(inPieces([bytes])));
      }),
    );
  });
});

describe("a decoder", () => {
  const decoders = {
    "text/csv": () => "csv",
    "image/*": () => "image",
    "application/octet-stream": () => "bytes",
  };

  test.each([
    ["text/csv", "csv"],
    ["Text/CSV; charset=utf-8", "csv"],
    ["image/png", "image"],
    ["application/pdf", "bytes"],
    ["application/json", undefined],
    ["application/problem+json; charset=utf-8", undefined],
  ])("for %s is the %s one", (type, found) => {
    const response = new Response("", { headers: { "content-type": type } });
    expect(
      decoderOf({ decode: decoders, accept: ["application/json", "text/csv"] }, response)?.(response),
    ).toBe(found);
  });

  test("is not found on a prototype", () => {
    expect(
      decoderOf({ decode: {} }, new Response("", { headers: { "content-type": "constructor" } })),
    ).toBeUndefined();
  });
});

describe("an error's body", () => {
  test("is what came before it broke off", async () => {
    let turn = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (turn++ === 0) controller.enqueue(new TextEncoder().encode("part"));
        else controller.error(new Error("reset"));
      },
    });
    expect(await readErrorBody(new Response(body))).toBe("part");
  });

  test("is cut at 64 KiB, even within one piece", async () => {
    expect(await readErrorBody(inPieces([new Uint8Array(200_000).fill(120)]))).toHaveLength(64 * 1024);
  });
});

describe("an operation with one way to be read", () => {
  const found = (type: string | undefined, declared: string, accept = [declared]): unknown => {
    const decode = { [declared]: () => "its own" };
    const response = new Response("", type === undefined ? {} : { headers: { "content-type": type } });
    response.headers.delete(type === undefined ? "content-type" : "x-none");
    return decoderOf({ decode, accept }, response)?.(response);
  };

  test.each([
    ["application/octet-stream", "application/pdf"],
    ["application/x-pdf", "application/pdf"],
    [undefined, "application/pdf"],
    ["text/plain", "text/csv"],
    ["application/csv", "text/csv"],
    ["application/octet-stream", "text/plain"],
    ["application/json", "text/plain"],
    ["application/json", "text/event-stream"],
  ])("is read so where %s comes for %s", (type, declared) => expect(found(type, declared)).toBe("its own"));

  test("is no page of a proxy, and no JSON where that is declared too", () => {
    expect(found("text/html", "application/pdf")).toBeUndefined();
    expect(found("application/json", "text/csv", ["text/csv", "application/json"])).toBeUndefined();
  });
});
