import {
  commaSeparated,
  deepObject,
  formStyle,
  isRecord,
  pipeSeparated,
  spaceSeparated,
  textOf,
} from "./parameters.js";
import type { BodyEncoder, EncodedBody, PlainStyle } from "./codecs.js";

/** Bytes, in any form that fetch takes. */
export type BinaryBody =
  | Blob
  | ArrayBuffer
  | ArrayBufferView<ArrayBuffer>
  | ReadableStream<Uint8Array>
  | string;

/** How a member of a form is written, where the spec says: OpenAPI's Encoding Object. */
export interface Encoding {
  readonly contentType?: string;
  readonly style?: "form" | "spaceDelimited" | "pipeDelimited" | "deepObject";
  readonly explode?: boolean;
}

export const json: BodyEncoder = (value, mediaType) => encoded(JSON.stringify(value), mediaType);

export const text: BodyEncoder = (value, mediaType) => encoded(textOf(value), mediaType);

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
  const own = value instanceof Blob ? value.type : "";
  const contentType = mediaType.includes("*") ? own || "application/octet-stream" : mediaType;
  const isReady = isBytes(value) || typeof value === "string" || value instanceof ReadableStream;
  return encoded(isReady ? value : JSON.stringify(value), contentType);
};

/** `application/x-www-form-urlencoded`: nested members in brackets, arrays repeated, unless the spec says otherwise. */
export function form(encodings: Readonly<Record<string, Encoding>> = {}): BodyEncoder {
  return (value, mediaType) => {
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
    const pairs = new URLSearchParams(deepObject(name, value, encodeURIComponent, formStyle));
    return [...pairs];
  }
  const isJson = encoding?.contentType?.includes("json");
  return Array.isArray(value) && !isJson ? value.map((item: unknown) => [name, item]) : [[name, value]];
}

/** Headers and content of a part. A declared media type holds unless it is a choice (`image/*`, `image/png, image/gif`). */
function partOf(name: string, value: unknown, declared = ""): BlobPart[] {
  const concrete = /[*,]/.test(declared) ? "" : declared;
  const file = isBytes(value) ? value : undefined;
  const isJson = !file && (concrete.includes("json") || isRecord(value) || Array.isArray(value));
  const own = file instanceof Blob ? file.type : "";
  const type = concrete || own || (file ? "application/octet-stream" : isJson ? "application/json" : "");
  const fileName = file && (file instanceof File ? file.name : "blob");
  const disposition = `name="${quoted(name)}"${fileName === undefined ? "" : `; filename="${quoted(fileName)}"`}`;
  const header = `Content-Disposition: form-data; ${disposition}\r\n${type && `Content-Type: ${type}\r\n`}\r\n`;
  return [header, file ?? (isJson ? JSON.stringify(value) : textOf(value))];
}

/** The HTML standard's escapes for names in multipart headers. */
function quoted(name: string): string {
  return name.replace(/["\r\n]/g, encodeURIComponent);
}

function isBytes(value: unknown): value is Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer> {
  return value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function encoded(body: BodyInit, contentType: string): EncodedBody {
  return { body, contentType };
}
