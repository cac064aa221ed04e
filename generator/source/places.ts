import { dirname, resolve } from "node:path";

/** Where files of a spec are: paths on disk, or URLs where the spec was read from one. */

/** Whether a text is a URL that is asked over the network. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** The file that a relative reference names, seen from the file that it stands in. */
export function placeOf(from: string, path: string): string {
  if (isUrl(path)) return path;
  return isUrl(from) ? new URL(path, from).href : resolve(dirname(from), decoded(path));
}

/** A text without percent-encoding (RFC 3986, section 2.1); a lone percent sign stands for itself. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
