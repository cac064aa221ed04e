import type { BodyDecoder, Resume } from "./codecs.js";
import { factsOf, mediaTypeOf, parsedOrText } from "./decode.js";
import { ApiError, DecodeError } from "./errors.js";
import { codeIn, reasonIn } from "./reason.js";

/** One event as the HTML standard has it (section 9.2). */
export interface ServerEvent<T> {
  /** Its name; absent: `message`. */
  readonly event?: string;
  /** The last id that the server gave: where a new stream goes on, by the header `Last-Event-ID`. */
  readonly id?: string;
  /** How long the server asks to wait before a reconnection, in milliseconds. */
  readonly retry?: number;
  readonly data: T;
}

/**
 * Server-sent events: the data of each, parsed; the connection closes when the loop over them ends. A stream that breaks
 * off after an event with an id goes on from there, where the operation is a read.
 */
export interface EventStream<T> extends AsyncIterable<T> {
  /** The events themselves, with their names and ids. A stream is read once, in one way or the other. */
  events(): AsyncIterable<ServerEvent<T>>;
}

/** The server reported a failure within a stream: by an event that is called `error`. */
export class StreamError extends ApiError<string | undefined> {
  static override readonly kind = "StreamError";
  declare readonly name: "StreamError";
  /** The data of the event. */
  declare readonly body: unknown;
}

/** The data of each event, parsed when it is JSON. `[DONE]`, with which many APIs end a stream, is its end. */
export function events(response: Response, resume?: Resume): EventStream<unknown> {
  return dataOf(response, () => serverEvents(response, resume, parsedOrText));
}

/** The data of each event, left as the text that it is. */
export function textEvents(response: Response, resume?: Resume): EventStream<unknown> {
  return dataOf(response, () => serverEvents(response, resume, String));
}

function dataOf(response: Response, read: () => AsyncGenerator<ServerEvent<unknown>>): EventStream<unknown> {
  return {
    events: read,
    async *[Symbol.asyncIterator]() {
      for await (const { event, data } of read()) {
        if (event !== "error") {
          yield data;
          continue;
        }
        const body = typeof data === "string" ? parsedOrText(data) : data;
        const facts = { ...factsOf(response), code: codeIn(body), body };
        throw new StreamError(`the stream failed: ${reasonIn(body)}`, facts);
      }
    },
  };
}

/** The events themselves, with data that is parsed when it is JSON: for specs that describe the event. */
export const wholeEvents: BodyDecoder = (response, resume) =>
  itself(() => serverEvents(response, resume, parsedOrText));

/** The events themselves, with their data as text: for specs that describe the event so. */
export const wholeTextEvents: BodyDecoder = (response, resume) =>
  itself(() => serverEvents(response, resume, String));

function itself<T>(read: () => AsyncGenerator<T>): AsyncIterable<T> & { events(): AsyncIterable<T> } {
  return { events: read, [Symbol.asyncIterator]: read };
}

async function* serverEvents(
  response: Response,
  resume: Resume | undefined,
  parse: (data: string) => unknown,
): AsyncGenerator<ServerEvent<unknown>, void, undefined> {
  // A server that does not stream answers with the one result.
  if (mediaTypeOf(response).endsWith("json")) return yield { data: parse(await response.text()) };
  let id: string | undefined;
  let retry: number | undefined;
  for (let current = response, attempts = 0; ; attempts += 1) {
    try {
      for await (const event of eventsOf(current, id)) {
        ({ id = id, retry = retry } = event);
        attempts = 0;
        if (event.data === "[DONE]") return;
        yield { ...event, data: parse(event.data) };
      }
      return;
    } catch (error) {
      // Without an id nobody could tell where to go on, and with no event in between it would be asked for ever.
      const isBroken = error instanceof ApiError && /^(connection_failed|timeout)$/.test(error.code ?? "");
      if (!isBroken || !resume || id === undefined || attempts > 2) throw error;
      await new Promise((resolve) => setTimeout(resolve, retry ?? 1000));
      current = await resume(id);
    }
  }
}

async function* eventsOf(
  response: Response,
  lastId: string | undefined,
): AsyncGenerator<ServerEvent<string>> {
  let data: string[] = [];
  let [event, id]: (string | undefined)[] = [undefined, lastId];
  let retry: number | undefined;
  for await (const line of piecesOf(response, /\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
    else if (field === "retry" && /^\d+$/.test(value)) retry = Number(value);
    if (line !== "") continue;
    if (data.length > 0)
      yield {
        ...(event && { event }),
        ...(id !== undefined && { id }),
        ...(retry !== undefined && { retry }),
        data: data.join("\n"),
      };
    [data, event] = [[], undefined];
  }
}

/** JSON values, one a line (`application/jsonl`), or each after a record separator (`application/json-seq`, RFC 7464). */
export const readJsonLines: BodyDecoder = (response) =>
  jsonPieces(response, mediaTypeOf(response).endsWith("json-seq") ? "\u001e" : /\r\n|\n|\r/);

async function* jsonPieces(
  response: Response,
  separator: RegExp | string,
): AsyncGenerator<unknown, void, undefined> {
  // A server that does not stream answers with the list as a whole.
  if (/^application\/json$/.test(mediaTypeOf(response))) {
    const all: unknown = JSON.parse(await response.text());
    return yield* Array.isArray(all) ? all : [all];
  }
  for await (const piece of piecesOf(response, separator, true)) {
    if (!piece.trim()) continue;
    const value = parsedOrText(piece);
    // A text that is no JSON is left as it is.
    if (value === piece)
      throw new DecodeError(
        `JSON was expected in a stream, this came: ${piece.slice(0, 2000)}`,
        factsOf(response),
      );
    yield value;
  }
}

/**
 * The pieces of a text between separators, in time that grows with its length alone. Without `withRest`, what follows
 * the last separator is dropped: it is unfinished.
 */
async function* piecesOf(
  response: Response,
  separator: RegExp | string,
  withRest = false,
): AsyncGenerator<string, void, undefined> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let started: string[] = [];
  let isAfterReturn = false;
  try {
    for (;;) {
      const chunk = await reader?.read();
      const read = decoder.decode(chunk?.value, { stream: chunk?.done === false });
      // The second half of a CRLF that two chunks share.
      const text = isAfterReturn && read.startsWith("\n") ? read.slice(1) : read;
      if (read) isAfterReturn = read.endsWith("\r");
      const pieces = text.split(separator);
      started.push(pieces[0] ?? "");
      if (pieces.length > 1) {
        yield started.join("");
        yield* pieces.slice(1, -1);
        started = [pieces.at(-1) ?? ""];
      }
      if (chunk?.done !== false) break;
    }
    if (withRest) yield started.join("");
  } finally {
    await reader?.cancel().catch(() => {});
  }
}
