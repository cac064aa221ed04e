import MarkdownIt from "markdown-it";
import sanitizeHtml from "sanitize-html";

import { escaped, plainText } from "./html.js";
import { highlighted } from "./highlight.js";

/** CommonMark with the HTML that it allows; what comes out goes through the sanitizer where a text has any. */
const markdown = new MarkdownIt({
  html: true,
  linkify: false,
  highlight: (text, language) => highlighted(text, language),
});
markdown.renderer.rules["image"] = (tokens, index) => {
  const token = tokens[index];
  return pictureLink(String(token?.attrGet("src") ?? ""), token?.content ?? "");
};
// A table may be wider than a phone; it scrolls by itself then, also by keyboard.
markdown.renderer.rules["table_open"] = () =>
  '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>';
// A head without words is no head (WCAG 1.3.1).
markdown.renderer.rules["th_open"] = (tokens, index) => (tokens[index + 1]?.content === "" ? "<td>" : "<th>");
markdown.renderer.rules["th_close"] = (tokens, index) =>
  tokens[index - 1]?.content === "" ? "</td>" : "</th>";
markdown.renderer.rules["table_close"] = () => "</table></div>";
markdown.renderer.rules["fence"] = (tokens, index) => {
  const token = tokens[index];
  const language = token?.info.trim().split(/\s+/)[0] ?? "";
  return codeBlock(token?.content ?? "", language);
};
markdown.renderer.rules["code_block"] = (tokens, index) => codeBlock(tokens[index]?.content ?? "", "");

/** A picture would be a request that leaves the page; its address becomes a link instead. */
function pictureLink(source: string, text: string): string {
  return `<a href="${escaped(source)}">${escaped(text === "" ? source : text)}</a>`;
}

/** Code as a block that scrolls by itself. */
export function codeBlock(text: string, language: string): string {
  const name = /^[\w+#.-]{1,20}$/.test(language) ? language : "text";
  return `<pre class="code" tabindex="0" data-language="${name}"><code>${highlighted(text.replace(/\n$/, ""), name)}</code></pre>\n`;
}

/** Tags that say how a text is to be read, and can do nothing. */
const TAGS =
  "p br hr b strong i em u s del ins sub sup small mark kbd code pre samp var abbr blockquote q cite span div ul ol li " +
  "dl dt dd h2 h3 h4 h5 h6 a details summary table thead tbody tfoot tr th td caption";

const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: TAGS.split(" "),
  allowedAttributes: {
    a: ["href", "title"],
    abbr: ["title"],
    ol: ["start"],
    pre: ["class", "tabindex", "data-language"],
    div: ["class", "tabindex", "role", "aria-label"],
    th: ["colspan", "rowspan", "scope"],
    td: ["colspan", "rowspan"],
  },
  allowedClasses: { pre: ["code"], div: ["scroll"] },
  allowedSchemes: ["http", "https", "mailto"],
  allowProtocolRelative: false,
  transformTags: {
    h1: "h2",
    img: (_tag, { src = "", alt = "" }) => ({
      tagName: "a",
      attribs: { href: src },
      text: alt === "" ? src : alt,
    }),
  },
};

const HAS_MARKUP = /[&<>"*_`[\]()#~!|\\+\-=:]|^\s|\d[.)]\s|\n|https?:/m;
const blocksOf = new Map<string, string>();
const inlineOf = new Map<string, string>();

/** Markdown of our own or of a guide as HTML, in blocks; links within the site are kept. */
export function pageBlocks(text: string): string {
  return sanitized(text, markdown.render(plainText(text)));
}

/** Markdown of a spec as HTML, in blocks. */
export function blocks(text: string | undefined): string {
  if (text === undefined || text === "") return "";
  return remembered(blocksOf, text, () =>
    HAS_MARKUP.test(text) ? absoluteLinks(pageBlocks(text)) : `<p>${escaped(plainText(text))}</p>\n`,
  );
}

/** A spec's relative links are meant for another place than this site; their texts stay. */
function absoluteLinks(html: string): string {
  return html.replace(/<a (?![^<>]*href="(?:https?:|mailto:))[^<>]*>([\s\S]*?)<\/a>/g, "$1");
}

/** Markdown as HTML that fits within a line. */
export function inline(text: string | undefined): string {
  if (text === undefined || text === "") return "";
  return remembered(inlineOf, text, () => {
    if (!HAS_MARKUP.test(text)) return escaped(plainText(text));
    // Paragraphs and lists need blocks; a single paragraph does not.
    if (/\n\s*(\n|[-*+]\s|\d+[.)]\s|#|```|\|)|<(p|ul|ol|li|h\d|div|table|pre)\b/i.test(text))
      return blocks(text);
    return absoluteLinks(sanitized(text, markdown.renderInline(plainText(text).replace(/\s*\n\s*/g, " "))));
  });
}

/** Markdown as text alone, in one line, for titles, descriptions and the search. */
export function textOf(text: string | undefined, limit = Number.POSITIVE_INFINITY): string {
  if (text === undefined) return "";
  const plain = plainText(text)
    .replace(/```[\s\S]*?```/g, " ")
    .replace(/<[^<>]*>/g, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^[#>\s|*-]+/gm, " ")
    .replace(/[*_`|]{1,3}(?=\S)|(?<=\S)[*`|]{1,3}/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return plain.length <= limit ? plain : `${plain.slice(0, limit - 1).replace(/\s\S*$/, "")}…`;
}

/** Only texts with a tag or an entity can bring HTML of their own; what markdown-it makes of the rest is safe. */
function sanitized(source: string, html: string): string {
  return /[<&]/.test(source) || /!\[/.test(source) ? sanitizeHtml(html, ALLOWED) : html;
}

function remembered(memory: Map<string, string>, text: string, make: () => string): string {
  const known = memory.get(text);
  if (known !== undefined) return known;
  if (memory.size > 20_000) memory.clear();
  const made = make();
  memory.set(text, made);
  return made;
}
