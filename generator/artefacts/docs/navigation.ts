import { escaped, escapedCode, plainText } from "./html.js";
import { Links, type Page } from "./page.js";
import type { SiteContext } from "./site-context.js";

/** Longer lists are left to their index page. */
const LONGEST = 60;

interface Entry {
  readonly path: string;
  readonly label: string;
  readonly method?: string;
  /** Listed below the entry on pages of this part. */
  readonly children?: { readonly part: string; readonly entries: readonly Entry[] };
  readonly depth?: number;
}

interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/**
 * The navigation of each page. Only the part that a page belongs to is unfolded, so that it stays short on pages of a
 * large API; every other page is two links away.
 */
export class Navigation {
  readonly #groups: readonly Group[];
  readonly #rendered = new Map<string, string>();

  constructor(site: SiteContext, pages: ReadonlySet<string>) {
    this.#groups = groupsOf(site, pages);
  }

  of(page: Page): string {
    const { root } = new Links(page.path);
    const key = `${page.part} ${root}`;
    let html = this.#rendered.get(key);
    if (html === undefined) {
      html = this.#groups.map((group) => groupHtml(group, page.part, root)).join("");
      this.#rendered.set(key, html);
    }
    const own = `href="${root}${page.path}.html"`;
    return html.replace(own, `${own} aria-current="page"`);
  }
}

function groupsOf({ model, sections, guides, map }: SiteContext, pages: ReadonlySet<string>): Group[] {
  const start: Entry[] = [
    { path: "index", label: "Overview" },
    { path: "authentication", label: "Credentials and scopes" },
    { path: "limits", label: "Limits and behaviour" },
  ];
  const resources = sections.map(({ name, title, operations, depth }): Entry => {
    const entries = operations.map(({ id, summary, method }): Entry => {
      return { path: map.path("operation", id), label: summary ?? id, method };
    });
    return {
      path: map.path("section", name),
      label: title,
      depth,
      children: { part: `section ${name}`, entries },
    };
  });
  const list = (kind: "error" | "event", names: readonly string[]): Entry[] =>
    names.length > LONGEST ? [] : names.map((name) => ({ path: map.path(kind, name), label: name }));
  const errors = list(
    "error",
    model.errorCodes.map(({ code }) => code),
  );
  const events = list(
    "event",
    model.webhooks.map(({ name }) => name),
  );
  const schemas =
    model.schemas.length > LONGEST
      ? []
      : model.schemas.map(({ name }) => ({ path: map.path("schema", name), label: name }));
  const reference: Entry[] = [
    { path: "errors/index", label: "Error codes", children: { part: "errors", entries: errors } },
    { path: "events/index", label: "Events", children: { part: "events", entries: events } },
    { path: "headers", label: "Response headers" },
    { path: "schemas/index", label: "Schemas", children: { part: "schemas", entries: schemas } },
  ];
  const groups: Group[] = [
    { title: "Start", entries: start },
    {
      title: "Guides",
      entries: guides.map(({ slug, title }) => ({ path: map.path("guide", slug), label: title })),
    },
    { title: "Resources", entries: resources },
    { title: "Reference", entries: reference },
  ];
  return groups
    .map(({ title, entries }) => ({ title, entries: entries.filter(({ path }) => pages.has(path)) }))
    .filter(({ entries }) => entries.length > 0);
}

function groupHtml({ title, entries }: Group, part: string, root: string): string {
  return `<p class="group">${title}</p><ul>${entries.map((entry) => entryHtml(entry, part, root)).join("")}</ul>`;
}

function entryHtml({ path, label, method, children, depth = 0 }: Entry, part: string, root: string): string {
  const badge =
    method === undefined ? "" : `<span class="method ${method.toLowerCase()}">${escapedCode(method)}</span>`;
  const isOpen = children?.part === part && children.entries.length > 0;
  const inner = isOpen
    ? `<ul>${children.entries.map((entry) => entryHtml(entry, part, root)).join("")}</ul>`
    : "";
  const indent = depth > 0 ? ` class="depth-${Math.min(depth, 3)}"` : "";
  return `<li${indent}><a href="${root}${path}.html">${badge}<span>${escaped(plainText(label))}</span></a>${inner}</li>`;
}
