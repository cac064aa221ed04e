import type { BodyDecoder } from "./codecs.js";
import type { Operation } from "./operation.js";
import { DecodeError, type ErrorFacts } from "./errors.js";
import { connectionError } from "./transport.js";

/** Error bodies are read so far and no further: the status tells already what matters most. */
const MAX_ERROR_BYTES = 64 * 1024;
const MAX_ERROR_MS = 5000;

export const blob: BodyDecoder = (response) => response.blob();

export const text: BodyDecoder = (response) => response.text();

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
  let id: string | undefined;
  headers.forEach((value, name) => {
    if (/request-?id$/.test(name)) id ??= value;
  });
  return id;
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

/**
 * The decoder of a response: that of its media type, of the type's range (`image/*`), or of any. Servers are loose with
 * types: where an operation has but one way to be read, it is read so. None: as JSON.
 */
export function decoderOf(
  { decode, accept }: Pick<Operation, "decode" | "accept">,
  response: Response,
): BodyDecoder | undefined {
  if (!decode) return undefined;
  const type = mediaTypeOf(response);
  const isJson = type.endsWith("json");
  const mayBeJson =
    !accept || accept.some((declared) => /json\b/.test(declared) && !Object.hasOwn(decode, declared));
  const names = [
    type,
    type.replace(/\/.*/, "/*"),
    ...(isJson && mayBeJson ? [] : ["*/*", "application/octet-stream"]),
  ];
  const name = names.find((candidate) => Object.hasOwn(decode, candidate));
  if (name !== undefined) return decode[name];
  const [only, ...others] = new Set(Object.values(decode));
  // A page of a proxy is none of it.
  return others.length > 0 || mayBeJson || /html/.test(type) ? undefined : only;
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

/** A value where the text is JSON, else the text. */
export function parsedOrText(body: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(body, reviver);
  } catch {
    return body;
  }
}
