/** The id of an element of the page: safe in an attribute and in a fragment, and different for different names. */
export function anchor(kind: "operation" | "schema" | "tag" | "webhook" | "error", name: string): string {
  const plain = name.replace(
    /[^A-Za-z0-9_.-]/g,
    (character) => `~${character.codePointAt(0)?.toString(16) ?? ""}`,
  );
  return `${kind}-${plain}`;
}
