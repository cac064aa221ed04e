/** Reading plain JSON of unknown shape, as found in a bundled document. */

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value if it is an object, else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function stringsOf(value: unknown): string[] {
  return arrayOf(value).filter((item) => typeof item === "string");
}

/** A text that says something, trimmed; `undefined` for an empty one. */
export function textOf(value: unknown): string | undefined {
  const text = stringOf(value)?.trim();
  return text === "" ? undefined : text;
}

/** The members whose value is not `undefined`; keeps optional members absent rather than undefined. */
export function compact<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  // The cast drops `undefined` from the members, which is what the filter does.
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/** Maps an object's values and keeps its keys, `__proto__` among them. */
export function mapValues<T>(object: JsonObject, map: (value: unknown, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

/** Appends reference tokens to a JSON Pointer (RFC 6901). */
export function pointer(base: string, ...tokens: readonly (string | number)[]): string {
  return (
    base + tokens.map((token) => `/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")
  );
}

/** The reference tokens of a JSON Pointer, or of the fragment of a `$ref`. */
export function tokensOf(reference: string): string[] {
  return reference
    .replace(/^#/, "")
    .split("/")
    .slice(1)
    .map((token) => decodeToken(token).replaceAll("~1", "/").replaceAll("~0", "~"));
}

function decodeToken(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token; // a lone percent sign stands for itself
  }
}

/** The value that a JSON Pointer names; `undefined` where there is none. */
export function valueAt(root: unknown, tokens: readonly string[]): unknown {
  let value = root;
  for (const token of tokens) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as JsonObject)[token]; // own members of an object or array, by key
  }
  return value;
}
