import type { BodyDecoder } from "./codecs.js";
import { DecodeError, type ErrorFacts } from "./errors.js";
import { connectionError } from "./transport.js";

/** Server-sent events, parsed; the connection closes when the loop over them ends. */
export type EventStream<T> = AsyncIterable<T>;

/** Error bodies are read so far and no further: the status tells already what matters most. */
const MAX_ERROR_BYTES = 64 * 1024;
const MAX_ERROR_MS = 5000;

export const blob: BodyDecoder = (response) => response.blob();

export const text: BodyDecoder = (response) => response.text();

/**
 * Server-sent events as the HTML standard has them (section 9.2): the data of each event, parsed when it is JSON.
 * `[DONE]`, with which many APIs end a stream, is its end.
 */
export async function* events(response: Response): AsyncGenerator<unknown, void, undefined> {
  for await (const { data } of messagesOf(response)) yield parsedOrText(data);
}

/** An event as it came: its fields, those left out that it does not have. */
export interface ServerSentMessage {
  readonly event?: string;
  readonly id?: string;
  readonly retry?: number;
  readonly data: string;
}

/** The events of a stream, up to `[DONE]`; what the stream breaks off in is dropped. */
export async function* messagesOf(response: Response): AsyncGenerator<ServerSentMessage, void, undefined> {
  let data: string[] = [];
  let fields: { -readonly [Field in "event" | "id" | "retry"]?: ServerSentMessage[Field] } = {};
  for await (const line of linesOf(response)) {
    const [, field, value = ""] = /^\uFEFF?([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    if (field === "data") data.push(value);
    if (field === "event" || field === "id") fields[field] = value;
    if (field === "retry" && /^\d+$/.test(value)) fields.retry = Number(value);
    if (line !== "") continue;
    const message = { ...fields, data: data.join("\n") };
    const isEmpty = data.length === 0;
    data = [];
    fields = {};
    if (message.data === "[DONE]") return;
    if (!isEmpty) yield message;
  }
}

/** The lines of a text stream, which may end in CR, LF or both, and what is left after the last as a line of its own. */
export async function* linesOf(response: Response): AsyncGenerator<string, void, undefined> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const chunk = await reader?.read();
      rest += decoder.decode(chunk?.value, { stream: true });
      // A CR at the end may be the first half of CRLF.
      const lines = rest.split(chunk?.done === false ? /\r\n|\n|\r(?!$)/ : /\r\n|\n|\r/);
      rest = lines.pop() ?? "";
      yield* lines;
      if (chunk?.done !== false) {
        if (rest) yield rest;
        return;
      }
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
}

/** The default: JSON, or undefined for an empty body where there may be one. */
export async function readJson(response: Response, mayBeEmpty: boolean | undefined): Promise<unknown> {
  const body = await response.text().catch((error: unknown) => {
    throw connectionError(error, factsOf(response));
  });
  if (!body && mayBeEmpty) return undefined;
  const data = parsedOrText(body);
  // A proxy's page is no answer, even if it happened to parse; a text that is no JSON is left as it is.
  if (data === body || /html|xml/.test(typeOf(response))) {
    throw new DecodeError(mismatchOf(response, body), factsOf(response));
  }
  return data;
}

/** The request's id in the usual headers: X-Request-Id, Request-Id, and those with a vendor's name in them. */
export function requestIdOf({ headers }: Response): string | undefined {
  for (const [name, value] of headers) if (/request-?id$/.test(name)) return value;
  return undefined;
}

/** What a failure to read a response tells of it. */
export function factsOf(response: Response): ErrorFacts {
  return { status: response.status, requestId: requestIdOf(response) };
}

/** What came in place of JSON: its beginning. An error shortens it once secrets are out, so that none is cut. */
function mismatchOf(response: Response, body: string): string {
  return `JSON was expected, ${body ? `${typeOf(response) || "no type"} came: ${body.slice(0, 2000)}` : "an empty body came"}`;
}

function typeOf({ headers }: Response): string {
  return headers.get("content-type") ?? "";
}

/** The media type of a response, without parameters, in lower case. */
export function mediaTypeOf(response: Response): string {
  return typeOf(response).toLowerCase().split(/\s*;/)[0] ?? "";
}

/** The decoder that a declared media type asks for: the type itself, its range (`image/*`), or any. */
export function decoderOf(
  decoders: Readonly<Record<string, BodyDecoder>>,
  response: Response,
): BodyDecoder | undefined {
  const type = mediaTypeOf(response);
  const names = [
    type,
    type.replace(/\/.*/, "/*"),
    ...(type.endsWith("json") ? [] : ["*/*", "application/octet-stream"]),
  ];
  const name = names.find((candidate) => Object.hasOwn(decoders, candidate));
  return decoders[name ?? ""];
}

/** The body of an error: parsed when it is JSON, else its text; what came of it by the limits. Secrets are removed. */
export async function readErrorBody(
  { body }: Response,
  redact: (text: string) => string = String,
): Promise<unknown> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  const cancel = (): Promise<void> | undefined => reader?.cancel().catch(() => {});
  const timer = setTimeout(cancel, MAX_ERROR_MS);
  let content = "";
  let room = MAX_ERROR_BYTES;
  try {
    while (room > 0) {
      const chunk = await reader?.read();
      if (!chunk?.value) break;
      content += decoder.decode(chunk.value.subarray(0, room), { stream: true });
      room -= chunk.value.length;
    }
  } catch {
    // Part of an error says more than an error about it.
  }
  clearTimeout(timer);
  void cancel();
  const parsed = parsedOrText(content, (_key, value) => (typeof value === "string" ? redact(value) : value));
  return parsed === content ? redact(content) : parsed;
}

export function parsedOrText(body: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(body, reviver);
  } catch {
    return body;
  }
}
