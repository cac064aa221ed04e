import type { FileRow, ByteRange } from "./store.js";

/**
 * The part of a file that a `Range` header names; undefined for all of it: without a header, and for one that names
 * several parts or none that is there (RFC 9110, section 14.2).
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return first <= last && first < size ? { first, last } : undefined;
}

/** What goes with the bytes of a file, so that a page can show them and a browser takes them for nothing else. */
export function headersOfContent({ mediaType, size, sha256, name }: FileRow, range?: ByteRange) {
  const length = range === undefined ? size : range.last + 1 - range.first;
  return {
    ETag: `"${sha256}"`,
    "Content-Type": mediaType,
    "Content-Length": String(length),
    "Content-Disposition": `inline; filename*=UTF-8''${encoded(name)}`,
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
  };
}

/** A file name for a header (RFC 8187). */
function encoded(name: string): string {
  const escape = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(name).replace(/[!'()*]/g, escape);
}
