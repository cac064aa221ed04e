import MarkdownIt from "markdown-it";

/** CommonMark without raw HTML: what a spec says can neither run in the page nor load anything into it. */
const markdown = new MarkdownIt({ html: false, linkify: false });

// A picture would be a request that leaves the page; its address becomes a link instead.
markdown.renderer.rules["image"] = (tokens, index) => {
  const token = tokens[index];
  const source = markdown.utils.escapeHtml(String(token?.attrGet("src") ?? ""));
  return `<a href="${source}">${markdown.utils.escapeHtml(token?.content ?? "") || source}</a>`;
};

/** Markdown as HTML, in blocks. */
export function blocks(text: string | undefined): string {
  return text === undefined || text === "" ? "" : markdown.render(text);
}

/** Markdown as HTML that fits within a line. */
export function inline(text: string | undefined): string {
  return text === undefined ? "" : markdown.renderInline(text.replace(/\s*\n\s*/g, " "));
}

/** Plain text as HTML. */
export function escaped(text: string): string {
  return markdown.utils.escapeHtml(text);
}
