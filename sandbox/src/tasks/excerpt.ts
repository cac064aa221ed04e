import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt();

/** The first characters of a Markdown text as plain text; null when there is none. */
export function excerptOf(text: string | null, longest = 200): string | null {
  if (text === null) return null;
  // Cut before it is parsed: an excerpt of 200 000 characters needs only their beginning.
  const tokens = markdown.parse(text.slice(0, 4 * longest), {});
  const plain = tokens
    .flatMap(({ type, content, children }) => {
      if (type !== "inline") return content === "" ? [] : [content, " "];
      return [...(children ?? []).map((child) => (child.type.endsWith("break") ? " " : child.content)), " "];
    })
    .join("")
    .replace(/\s+/g, " ")
    .trim();
  return plain === "" ? null : [...plain].slice(0, longest).join("");
}
