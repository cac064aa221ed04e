import type { BodyContentContract, BodyContract } from "./contract.js";
import { RequestFault } from "./request-fault.js";
import { nest, readValue } from "./shapes.js";

/** A body as it was read, not yet validated. */
export interface ReadBody {
  /** Absent: the request has no body, and may do without. */
  readonly content?: BodyContentContract;
  readonly value: unknown;
  readonly bytes: Uint8Array;
}

const NO_BYTES: Uint8Array = new Uint8Array();
const EMPTY: ReadBody = { value: undefined, bytes: NO_BYTES };

/** Reads and decodes a body. @throws RequestFault when it is missing, too large, or not of a declared type. */
export async function readBody(body: BodyContract, request: Request, maxBytes: number): Promise<ReadBody> {
  const type = request.headers.get("content-type");
  const content = type === null ? undefined : contentOf(body, type);
  const encoding = request.headers.get("content-encoding");
  if ((type !== null && !content) || (encoding !== null && encoding !== "identity")) {
    throw unsupported(body);
  }
  const bytes = await bytesOf(request, maxBytes);
  if (bytes.byteLength === 0 && content?.kind !== "text" && content?.kind !== "binary") {
    if (body.required) throw new RequestFault("body", "The body is missing.");
    return EMPTY;
  }
  if (!content) throw unsupported(body);
  const value = decoded(content, bytes, type ?? "");
  return { content, value: value instanceof Promise ? await value : value, bytes };
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

async function bytesOf(request: Request, maxBytes: number): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  if (length === "0") return NO_BYTES;
  if (length !== null && Number(length) > maxBytes) throw tooLarge(maxBytes);
  try {
    if (length !== null) {
      const bytes = new Uint8Array(await request.arrayBuffer());
      if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
      return bytes;
    }
    return request.body ? await collected(request.body, maxBytes) : NO_BYTES;
  } catch (error) {
    if (error instanceof RequestFault) throw error;
    throw new RequestFault("body", "The body ended early.", { cause: error });
  }
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

/** What the bytes say; a promise for forms of several parts alone. */
function decoded(content: BodyContentContract, bytes: Uint8Array, type: string): unknown {
  switch (content.kind) {
    case "json":
      return withoutMembers(json(text(bytes)), content.ignored);
    case "form":
      return readValue(content.shape ?? "string", nest(new URLSearchParams(text(bytes))));
    case "multipart":
      return formData(bytes, type);
    case "text":
    case "events":
      return text(bytes);
    case "binary":
      return new Blob([copied(bytes)], { type });
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function text(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new RequestFault("body", "The body is not valid UTF-8.");
  }
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

/** Drops what only the server sets, so that an object that was fetched can be sent back whole. */
function withoutMembers(value: unknown, ignored: readonly string[] = []): unknown {
  if (ignored.length === 0 || typeof value !== "object" || value === null || Array.isArray(value))
    return value;
  const object = value as Record<string, unknown>; // JSON.parse() makes objects of no other kind
  for (const name of ignored) delete object[name];
  return object;
}

async function formData(bytes: Uint8Array, type: string): Promise<FormData> {
  try {
    return await new Response(copied(bytes), { headers: { "content-type": type } }).formData();
  } catch (error) {
    throw new RequestFault("body", "The body is not a valid multipart form.", { cause: error });
  }
}

/** The same bytes in a buffer of their own, as web APIs want them. */
function copied(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
