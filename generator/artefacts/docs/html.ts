/** Text as HTML, fit for content and for attributes in double quotes. */
export function escaped(text: string): string {
  return /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "") : text;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Characters that change the direction of the text around them, which could make a sample read other than it runs
 * (CVE-2021-42574). They are shown by their code points.
 */
const BIDIRECTIONAL = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g;

/** Code as HTML; characters that would reorder it are shown by name. */
export function escapedCode(text: string): string {
  return escaped(text).replace(BIDIRECTIONAL, visible);
}

/** Text of a spec, without characters that would reorder what stands beside it. */
export function plainText(text: string): string {
  return text.replace(BIDIRECTIONAL, visible);
}

function visible(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

export function code(text: string): string {
  return `<code>${escapedCode(text)}</code>`;
}

/** A value as it stands in JSON. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/** An address as a link goes to it; `undefined` for one that would run something. */
export function safeUrl(url: string): string | undefined {
  const cleaned = url.trim();
  return /^(https?:|mailto:|#|\/|\.{0,2}\/|[\w.-]+(\/|$|#|\?))/i.test(cleaned) &&
    !/^[\w.+-]*script:/i.test(cleaned)
    ? cleaned
    : undefined;
}

/** A link out of the site; an address that is none stays text. */
export function externalLink(url: string, text = url): string {
  const target = safeUrl(url);
  return target === undefined
    ? escaped(text)
    : `<a href="${escaped(target)}" rel="noopener noreferrer">${escaped(text)}</a>`;
}
