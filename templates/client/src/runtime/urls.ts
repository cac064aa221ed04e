/** Whether nobody on the way can read along: https, or a request that stays on the machine (RFC 6761, RFC 8252). */
export function isEncrypted({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^((.+\.)?localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/** A URL, or undefined where the text is none: not every platform has `URL.canParse`. */
export function parsedUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** A base URL to which a path can be added. */
export function baseUrlOf({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/+$/, "");
}
