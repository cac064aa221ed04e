/** Writing values as TypeScript source. */

/** A string literal. Line separators are escaped so that the text stays on its line. */
export function stringLiteral(text: string): string {
  return JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** A property name: bare where it may be, quoted elsewhere; `__proto__` is computed, since it would set the prototype. */
export function propertyName(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return /^([A-Za-z_$][\w$]*|0|[1-9]\d{0,14})$/.test(name) ? name : stringLiteral(name);
}

/** An object literal of members that are source text already; members without text are left out. */
export function objectLiteral(members: readonly (readonly [string, string | undefined])[]): string {
  const present = members.filter(([, text]) => text !== undefined);
  return `{ ${present.map(([name, text]) => `${propertyName(name)}: ${text}`).join(", ")} }`;
}

/** The type of one JSON value. */
export function literalType(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalType).join(", ")}]`;
  return dataLiteral(value);
}

/** Plain data as source text. */
export function dataLiteral(value: unknown): string {
  if (typeof value === "string") return stringLiteral(value);
  if (Array.isArray(value)) return `[${value.map(dataLiteral).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return objectLiteral(Object.entries(value).map(([name, member]) => [name, dataLiteral(member)]));
  }
  return JSON.stringify(value);
}
