import {
  commaSeparated,
  deepObject,
  formStyle,
  isRecord,
  pipeSeparated,
  spaceSeparated,
  textOf,
} from "./parameters.js";
import { RequestError } from "./errors.js";
import type { BodyEncoder, EncodedBody, PlainStyle } from "./codecs.js";

/** Bytes, in any form that fetch takes. */
export type BinaryBody =
  | Blob
  | ArrayBuffer
  | ArrayBufferView<ArrayBuffer>
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | string;

/** How a member of a form is written, where the spec says: OpenAPI's Encoding Object. */
export interface Encoding {
  readonly contentType?: string;
  readonly style?: "form" | "spaceDelimited" | "pipeDelimited" | "deepObject";
  readonly explode?: boolean;
}

export const json: BodyEncoder = (value, mediaType) =>
  encoded(asItIs(value, mediaType) ?? JSON.stringify(value), mediaType);

export const text: BodyEncoder = (value, mediaType) =>
  encoded(asItIs(value, mediaType) ?? textOf(value), mediaType);

/** What JSON Lines are made of: items, or what is written already. */
export type JsonLines<T> = readonly T[] | string | Blob | ReadableStream<Uint8Array>;

/** JSON Lines, or a JSON text sequence, whose records begin with RS (RFC 7464). */
export const jsonLines: BodyEncoder = (value, mediaType) => {
  if (!Array.isArray(value)) return binary(value, mediaType);
  const start = mediaType.includes("json-seq") ? "\u001e" : "";
  return encoded(value.map((item) => `${start}${JSON.stringify(item)}\n`).join(""), mediaType);
};

/** Bytes as they are; a media type range (`image/*`) gives way to the blob's own type. */
export const binary: BodyEncoder = (value, mediaType) => {
  const own = tagOf(value) === "Blob" || tagOf(value) === "File" ? (value as Blob).type : "";
  const contentType = mediaType.includes("*") ? own || "application/octet-stream" : mediaType;
  const body = typeof value === "string" ? value : (asItIs(value, mediaType) ?? JSON.stringify(value));
  return encoded(body, contentType);
};

/** `application/x-www-form-urlencoded`: nested members in brackets, arrays repeated, unless the spec says otherwise. */
export function form(encodings: Readonly<Record<string, Encoding>> = {}): BodyEncoder {
  return (value, mediaType) => {
    const isReady = tagOf(value) === "URLSearchParams" || typeof value === "string";
    const ready = isReady ? String(value) : asItIs(value, mediaType);
    if (ready !== undefined) return encoded(ready, mediaType);
    const members = Object.entries(value ?? {}).map(([name, member]) => {
      const encoding = Object.hasOwn(encodings, name) ? encodings[name] : undefined;
      return writeMember(name, member, encoding);
    });
    return encoded(members.filter((member) => member !== "").join("&"), mediaType);
  };
}

function writeMember(name: string, value: unknown, { contentType, style, explode }: Encoding = {}): string {
  if (value === undefined) return "";
  // An empty value is how forms say "none"; leaving the member out would say "unchanged".
  if (value === null) return `${encodeURIComponent(name)}=`;
  if (contentType?.includes("json")) return formStyle(name, JSON.stringify(value), encodeURIComponent);
  const isNested = isRecord(value) || (Array.isArray(value) && value.some((item) => item instanceof Object));
  return styleOf(style ?? (isNested ? "deepObject" : "form"), explode)(name, value, encodeURIComponent);
}

function styleOf(style: NonNullable<Encoding["style"]>, explode = style === "form"): PlainStyle {
  if (style === "deepObject") return (name, value, encode) => deepObject(name, value, encode, formStyle);
  if (explode) return formStyle;
  const separated = { form: commaSeparated, spaceDelimited: spaceSeparated, pipeDelimited: pipeSeparated }[
    style
  ];
  return (name, value, encode) => separated(name, value, encode, formStyle);
}

/**
 * Multipart, one part for each member, one for each item of an array; objects are JSON parts. Written by hand rather
 * than by FormData, which would give every part with a media type a file name, so that servers take JSON for a file.
 */
export function multipart(encodings: Readonly<Record<string, Encoding>> = {}): BodyEncoder {
  return (value, mediaType) => {
    // The platform knows how to write it, and says so in the header.
    if (tagOf(value) === "FormData") return { body: value as FormData, contentType: undefined };
    const ready = asItIs(value, mediaType);
    if (ready !== undefined) return encoded(ready, mediaType);
    if (value && !isRecord(value)) throw new RequestError(`takes no ${tagOf(value)} as ${mediaType}`);
    if (isReactNative()) return nativeForm(value ?? {}, encodings);
    // Unpredictable, so that no file can hold it and add parts of its own.
    const boundary = [...crypto.getRandomValues(new Uint32Array(4))].join("-");
    const chunks: BlobPart[] = [];
    for (const [name, member] of Object.entries(value ?? {})) {
      const encoding = Object.hasOwn(encodings, name) ? encodings[name] : undefined;
      for (const [key, item] of itemsOf(name, member, encoding)) {
        if (item === undefined || item === null) continue;
        chunks.push(`--${boundary}\r\n`, ...partOf(key, item, encoding?.contentType), "\r\n");
      }
    }
    return encoded(new Blob([...chunks, `--${boundary}--\r\n`]), `${mediaType}; boundary=${boundary}`);
  };
}

function itemsOf(name: string, value: unknown, encoding: Encoding | undefined): [string, unknown][] {
  if (encoding?.style === "deepObject" && value instanceof Object) {
    const pairs: [string, unknown][] = [];
    const written = new URLSearchParams(deepObject(name, value, encodeURIComponent, formStyle));
    written.forEach((member, key) => pairs.push([key, member]));
    return pairs;
  }
  const isJson = encoding?.contentType?.includes("json");
  return Array.isArray(value) && !isJson ? value.map((item: unknown) => [name, item]) : [[name, value]];
}

/** Headers and content of a part. A declared media type holds unless it is a choice (`image/*`, `image/png, image/gif`). */
function partOf(name: string, value: unknown, declared = ""): BlobPart[] {
  const concrete = /[*,]/.test(declared) ? "" : declared;
  const file = isBytes(value) ? value : undefined;
  const isJson = !file && (concrete.includes("json") || isRecord(value) || Array.isArray(value));
  const own = file && "type" in file ? file.type : "";
  const type = concrete || own || (file ? "application/octet-stream" : isJson ? "application/json" : "");
  const fileName = file && ("name" in file && typeof file.name === "string" ? file.name : "blob");
  const disposition = `name="${quoted(name)}"${fileName === undefined ? "" : `; filename="${quoted(fileName)}"`}`;
  const header = `Content-Disposition: form-data; ${disposition}\r\n${type && `Content-Type: ${type}\r\n`}\r\n`;
  return [header, file ?? (isJson ? JSON.stringify(value) : textOf(value))];
}

/** The HTML standard's escapes for names in multipart headers. */
function quoted(name: string): string {
  return name.replace(/["\r\n]/g, encodeURIComponent);
}

/** React Native writes forms itself: its files are `{ uri, name, type }`, of which it alone can read the bytes. */
function nativeForm(members: object, encodings: Readonly<Record<string, Encoding>>): EncodedBody {
  const body = new FormData();
  for (const [name, member] of Object.entries(members)) {
    const encoding = Object.hasOwn(encodings, name) ? encodings[name] : undefined;
    for (const [key, item] of itemsOf(name, member, encoding)) {
      if (item === undefined || item === null) continue;
      const isText = !isNativeFile(item) && !isBytes(item);
      body.append(key, isText ? (isRecord(item) ? JSON.stringify(item) : textOf(item)) : (item as Blob));
    }
  }
  return { body, contentType: undefined };
}

function isReactNative(): boolean {
  return typeof navigator === "object" && navigator.product === "ReactNative";
}

function isNativeFile(value: unknown): boolean {
  return isRecord(value) && "uri" in value && typeof value.uri === "string";
}

/** What a value calls itself: it holds for values of other realms too, and where a platform lacks the class. */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/**
 * What fetch takes as it is, as it is: bytes, streams, and whatever can be iterated over in time, such as a stream of
 * Node. Undefined for what is to be written.
 *
 * @throws RequestError for what would be written as something else, such as a `Map`: JSON has none.
 */
function asItIs(value: unknown, mediaType: string): BodyInit | undefined {
  const tag = tagOf(value);
  if (isBytes(value) || tag === "ReadableStream") return value as BodyInit;
  if (isRecord(value) && Symbol.asyncIterator in value)
    return streamOf(value as AsyncIterable<Uint8Array | string>);
  if (isReactNative() && isNativeFile(value)) return value as BodyInit;
  const isPlain = /^(Object|Array|String|Number|Boolean|Null|Undefined|Date|BigInt)$/.test(tag);
  const writesItself = isRecord(value) && "toJSON" in value;
  if (isPlain || writesItself || (value instanceof Object && Object.keys(value).length > 0)) return undefined;
  throw new RequestError(`takes no ${tag} as ${mediaType}`);
}

function streamOf(chunks: AsyncIterable<Uint8Array | string>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === "string" ? encoder.encode(value) : new Uint8Array(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

function isBytes(value: unknown): value is Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer> {
  return ArrayBuffer.isView(value) || /^(Blob|File|(Shared)?ArrayBuffer)$/.test(tagOf(value));
}

function encoded(body: BodyInit, contentType: string): EncodedBody {
  return { body, contentType };
}
