import type { BodyContentContract, BodyContract } from "./contract.js";
import { RequestFault } from "./request-fault.js";
import { nest, readValue } from "./shapes.js";

/** A body as it was read, not yet validated. */
export interface ReadBody {
  /** Absent: the request has no body, and may do without. */
  readonly content?: BodyContentContract;
  readonly value: unknown;
  /** As it came: a text where its type is one and its length was told, else bytes. */
  readonly raw: RawBody;
}

export type RawBody = string | Uint8Array;

export const NO_BODY: RawBody = "";
const EMPTY: ReadBody = { value: undefined, raw: NO_BODY };

/** Reads and decodes a body. @throws RequestFault when it is missing, too large, or not of a declared type. */
export async function readBody(body: BodyContract, request: Request, maxBytes: number): Promise<ReadBody> {
  const { headers } = request;
  const type = headers.get("content-type");
  const content = type === null ? undefined : contentOf(body, type);
  const encoding = headers.get("content-encoding");
  if ((type !== null && !content) || (encoding !== null && encoding !== "identity")) {
    throw unsupported(body);
  }
  const length = headers.get("content-length");
  if (Number(length) > maxBytes) throw tooLarge(maxBytes);
  let raw: RawBody;
  try {
    raw = length === "0" ? NO_BODY : await rawOf(request, length, content, maxBytes);
  } catch (error) {
    if (error instanceof RequestFault) throw error;
    throw new RequestFault("body", "The body ended early.", { cause: error });
  }
  if (raw.length > maxBytes) throw tooLarge(maxBytes);
  if (typeof raw === "string" && hasLostBytes(raw, Number(length))) throw notUtf8();
  if (raw.length === 0 && content?.kind !== "text" && content?.kind !== "binary") {
    if (body.required) throw new RequestFault("body", "The body is missing.");
    return EMPTY;
  }
  if (!content) throw unsupported(body);
  const value = decoded(content, raw, type ?? "");
  return { content, value: value instanceof Promise ? await value : value, raw };
}

function unsupported({ contents }: BodyContract): RequestFault {
  const types = contents.map(({ mediaType }) => mediaType).join(" or ");
  return new RequestFault("mediaType", `Send the body as ${types}.`);
}

function contentOf({ contents }: BodyContract, type: string): BodyContentContract | undefined {
  const same = contents.find((content) => content.mediaType === type);
  if (same) return same;
  const [essence = "", ...parameters] = type.toLowerCase().split(";");
  const mediaType = essence.trim();
  const charset = parameters
    .map((part) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/.exec(part)?.[1])
    .find(Boolean);
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8" && charset !== "us-ascii")
    return undefined;
  return (
    contents.find((content) => content.mediaType === mediaType) ??
    contents.find((content) => isInRange(mediaType, content.mediaType))
  );
}

/** Whether a media type lies in a range such as `image/*`. */
export function isInRange(mediaType: string, range: string): boolean {
  return (
    range === mediaType ||
    range === "*/*" ||
    (range.endsWith("/*") && mediaType.startsWith(range.slice(0, -1)))
  );
}

/** Never asks for the stream of a request that tells its length: a server has quicker ways to read all of it. */
function rawOf(
  request: Request,
  length: string | null,
  content: BodyContentContract | undefined,
  maxBytes: number,
): RawBody | Promise<RawBody> {
  if (length === null) return request.body ? collected(request.body, maxBytes) : NO_BODY;
  const isText = content && content.kind !== "binary" && content.kind !== "multipart";
  // Bytes cost a copy more, which is half of all that reading a small body costs.
  return isText ? request.text() : request.arrayBuffer().then((buffer) => new Uint8Array(buffer));
}

/**
 * Whether a text that came in so many bytes was no UTF-8. What is none is read as U+FFFD, of three bytes, and takes
 * more bytes to write than it came in. Three bytes of a character of four are the one fault that this cannot tell.
 */
function hasLostBytes(source: string, byteLength: number): boolean {
  return source.includes("\uFFFD") && ENCODER.encode(source).byteLength > byteLength;
}

/** Reads a stream of unknown length, and no more of it than may come. */
async function collected(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    if (size > maxBytes) {
      await reader.cancel().catch(() => {});
      throw tooLarge(maxBytes);
    }
    chunks.push(next.value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(maxBytes: number): RequestFault {
  return new RequestFault("tooLarge", `The body is larger than ${maxBytes} bytes.`);
}

/** What a body says; a promise for forms of several parts alone. */
function decoded(content: BodyContentContract, raw: RawBody, type: string): unknown {
  switch (content.kind) {
    case "json":
      return withoutMembers(json(textOf(raw)), content.ignored);
    case "form":
      return readValue(content.shape ?? "string", nest(new URLSearchParams(textOf(raw))));
    case "lines":
      return jsonLines(textOf(raw));
    case "multipart":
      return formData(raw, type);
    case "text":
    case "events":
      return textOf(raw);
    case "binary":
      return new Blob([copied(raw)], { type });
  }
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true });

function textOf(raw: RawBody): string {
  if (typeof raw === "string") return raw;
  try {
    return DECODER.decode(raw);
  } catch {
    throw notUtf8();
  }
}

function notUtf8(): RequestFault {
  return new RequestFault("body", "The body is not valid UTF-8.");
}

function json(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    const at =
      error instanceof Error ? / at (line \d+ column \d+|position \d+)/.exec(error.message)?.[0] : undefined;
    throw new RequestFault(
      "body",
      `The body is not valid JSON${at === undefined ? "" : `: it breaks off or goes wrong${at}`}.`,
    );
  }
}

/** JSON Lines, or a JSON text sequence, whose records begin with RS (RFC 7464). */
function jsonLines(source: string): unknown[] {
  const records = source.includes("\u001e") ? source.split("\u001e") : source.split("\n");
  return records.filter((record) => record.trim() !== "").map(json);
}

/** Drops what only the server sets, so that an object that was fetched can be sent back whole. */
function withoutMembers(value: unknown, ignored: readonly string[] = []): unknown {
  if (ignored.length === 0 || typeof value !== "object" || value === null || Array.isArray(value))
    return value;
  const object = value as Record<string, unknown>; // JSON.parse() makes objects of no other kind
  for (const name of ignored) delete object[name];
  return object;
}

async function formData(raw: RawBody, type: string): Promise<FormData> {
  try {
    return await new Response(copied(raw), { headers: { "content-type": type } }).formData();
  } catch (error) {
    throw new RequestFault("body", "The body is not a valid multipart form.", { cause: error });
  }
}

/** The same bytes in a buffer of their own, as web APIs want them. */
function copied(raw: RawBody): Uint8Array<ArrayBuffer> {
  return typeof raw === "string" ? ENCODER.encode(raw) : new Uint8Array(raw);
}
