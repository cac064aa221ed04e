import type { Example } from "../../model/api-model.js";
import type { Schema, SchemaObject } from "../../model/schema.js";
import { externalLink, escaped, escapedCode, plainText } from "./html.js";
import { blocks, inline } from "./markdown.js";
import { notesOf, onlyOption, typeOf, type Note } from "./schema-notes.js";
import type { Member, SchemaTrees } from "./schema-tree.js";
import { slugOf } from "./site-map.js";

/** Enumerations with more values than these are folded. */
const SHOWN_VALUES = 16;
/** How deep it follows schemas that stand nowhere else. */
const INLINE_DEPTH = 12;

/** Shows schemas as lists of members, within a budget of rows so that no page grows without bound. */
export class SchemaHtml {
  #budget = 0;
  readonly #unfolded = new Map<string, { readonly html: string; readonly rows: number }>();
  readonly #values = new Map<string, string>();

  constructor(
    readonly trees: SchemaTrees,
    /** The address of a schema's page. */
    readonly linkTo: (name: string) => string,
  ) {}

  /** Starts another page, which may have so many rows. */
  begin(budget: number): void {
    this.#budget = budget;
  }

  type(schema: Schema | undefined): string {
    return typeOf(schema)
      .map((part) =>
        typeof part === "string"
          ? escaped(part)
          : `<a href="${escaped(this.linkTo(part.schema))}">${escaped(plainText(part.schema))}</a>`,
      )
      .join("");
  }

  /** All that is inside a schema. `ids` gives its members ids, so that links can lead to them. */
  inside(schema: Schema | undefined, options: { readonly ids?: boolean } = {}): string {
    return this.#inside(schema, 0, 0, options.ids === true);
  }

  /** One line of a list: a parameter, a header, a member. */
  row(name: string, schema: Schema | undefined, options: RowOptions = {}): string {
    return this.#row(name, schema, { ...options, inner: this.#inner(schema, 0, 0) });
  }

  /** What a schema says of its values, as a list. */
  notes(schema: Schema | undefined, examples: readonly Example[] = []): string {
    return notesHtml(notesOf(schema, examples));
  }

  #inside(schema: Schema | undefined, named: number, depth: number, ids = false): string {
    if (depth > INLINE_DEPTH || schema === undefined || typeof schema === "boolean") return "";
    const { members, alternatives } = this.trees.of(schema);
    const rows = members.map((member) => this.#member(member, named, depth, ids));
    const list = rows.length > 0 ? `<ul class="rows">${rows.join("")}</ul>` : "";
    const groups = alternatives.map(({ label, options }) => {
      const variants = options.map((option) => this.#variant(option.name, option.schema, named, depth));
      return `<div class="variants"><p class="variants-label">${escaped(label)}</p><ul class="rows">${variants.join("")}</ul></div>`;
    });
    return list + groups.join("");
  }

  #variant(name: string, schema: Schema, named: number, depth: number): string {
    const label = name === "" ? "" : `<span class="variant">${escaped(plainText(name))}</span> `;
    return this.#row("", schema, { label, inner: this.#inner(schema, named, depth) });
  }

  #member(member: Member, named: number, depth: number, ids: boolean): string {
    const { name, isPlaceholder, isRequired, schema } = member;
    return this.#row(name, schema, {
      isPlaceholder,
      isRequired,
      inner: this.#inner(schema, named, depth),
      ...(ids ? { id: `member-${slugOf(name)}` } : {}),
    });
  }

  /**
   * What is inside a member, folded. A schema that has a page of its own is unfolded once; what it names in turn is
   * left to its page.
   */
  #inner(schema: Schema | undefined, named: number, depth: number): string {
    if (schema === undefined || typeof schema === "boolean") return "";
    const target = innermost(schema);
    if (target.$ref === undefined) return folded(this.#inside(target, named, depth + 1));
    if (named > 0 || this.#budget <= 0) return this.#valuesOf(target.$ref);
    const known = this.#unfolded.get(target.$ref);
    this.#budget -= known?.rows ?? 0;
    if (known) return known.html;
    const before = this.#budget;
    const html = this.#valuesOf(target.$ref) + folded(this.#inside(target, 1, depth + 1));
    this.#unfolded.set(target.$ref, { html, rows: before - this.#budget });
    return html;
  }

  /** What a named schema says of its values, so that nobody has to go to its page for an enumeration. */
  #valuesOf(reference: string): string {
    let html = this.#values.get(reference);
    if (html === undefined) {
      const notes = notesOf(this.trees.resolved({ $ref: reference }));
      html = notesHtml(notes.filter(({ label }) => label !== "deprecated"));
      this.#values.set(reference, html);
    }
    return html;
  }

  #row(name: string, schema: Schema | undefined, options: RowParts): string {
    this.#budget -= 1;
    const stated: SchemaObject = typeof schema === "object" ? schema : {};
    const {
      description = stated.description,
      examples,
      isRequired,
      isDeprecated,
      isPlaceholder,
      id,
    } = options;
    const head = [
      options.label ?? "",
      name === ""
        ? ""
        : isPlaceholder
          ? `<em class="placeholder">${escaped(plainText(name))}</em> `
          : `<code class="name">${escapedCode(name)}</code> `,
      `<span class="type">${this.type(schema)}</span>`,
      isRequired ? ' <span class="required">required</span>' : "",
      isDeprecated || stated.deprecated ? ' <span class="deprecated">deprecated</span>' : "",
    ].join("");
    const notes = notesOf(schema, examples).filter(({ label }) => label !== "deprecated");
    const items = itemNotes(schema);
    return [
      `<li class="row"${id === undefined ? "" : ` id="${escaped(id)}"`}><div class="row-head">${head}</div>`,
      saysMore(stated.title, name)
        ? `<div class="row-title">${escaped(plainText(stated.title ?? ""))}</div>`
        : "",
      description ? `<div class="row-text">${inline(description)}</div>` : "",
      notesHtml([...notes, ...items]),
      documentsHtml(stated),
      options.inner ?? "",
      "</li>",
    ].join("");
  }
}

interface RowOptions {
  readonly isRequired?: boolean;
  readonly isDeprecated?: boolean;
  readonly isPlaceholder?: boolean;
  readonly description?: string | undefined;
  readonly examples?: readonly Example[] | undefined;
  readonly id?: string;
}

interface RowParts extends RowOptions {
  readonly label?: string;
  readonly inner?: string;
}

/** The schema of a list's items, or of a nullable or narrowed reference: what a reader wants to see inside. */
function innermost(schema: SchemaObject): SchemaObject {
  if (schema.$ref !== undefined || schema.properties) return schema;
  if (
    typeof schema.items === "object" &&
    !schema.prefixItems &&
    !schema.oneOf &&
    !schema.anyOf &&
    !schema.allOf
  )
    return innermost(schema.items);
  const only = onlyOption(schema);
  if (only) return innermost(only);
  return schema;
}

/** What an array says of its items, where those are no objects. */
function itemNotes(schema: Schema | undefined): Note[] {
  if (typeof schema !== "object" || typeof schema.items !== "object" || schema.items.properties) return [];
  return notesOf(schema.items).map((note) => ({ ...note, label: `each: ${note.label}` }));
}

function folded(content: string): string {
  return content === ""
    ? ""
    : `<details class="inner"><summary>Show what is inside</summary>${content}</details>`;
}

export function notesHtml(notes: readonly Note[]): string {
  if (notes.length === 0) return "";
  return `<ul class="notes">${notes.map(noteHtml).join("")}</ul>`;
}

function noteHtml({ label, values = [], meanings }: Note): string {
  if (meanings?.some((text) => text !== "")) {
    const rows = values.map(
      (value, index) => `<dt><code>${escapedCode(value)}</code></dt><dd>${inline(meanings[index])}</dd>`,
    );
    return `<li class="wide">${escaped(label)}<dl class="values">${rows.join("")}</dl></li>`;
  }
  const shown = values.map((value) => `<code>${escapedCode(value)}</code>`);
  if (shown.length <= SHOWN_VALUES) return `<li>${[escaped(plainText(label)), ...shown].join(" ")}</li>`;
  return `<li class="wide"><details><summary>${escaped(label)} ${shown.length} values</summary>${shown.join(" ")}</details></li>`;
}

function documentsHtml(schema: SchemaObject): string {
  const { url, description } = Object(schema["externalDocs"]) as { url?: unknown; description?: unknown };
  if (typeof url !== "string") return "";
  return `<div class="row-text">${externalLink(url, typeof description === "string" ? description : url)}</div>`;
}

/** The description of a schema, as a page of its own shows it. */
export function schemaLead(schema: Schema | undefined, name: string): string {
  if (typeof schema !== "object") return "";
  return [
    saysMore(schema.title, name) ? `<p class="row-title">${escaped(plainText(schema.title ?? ""))}</p>` : "",
    blocks(schema.description),
    documentsHtml(schema),
  ].join("");
}

/** Whether a title is more than the name in other letters. */
function saysMore(title: string | undefined, name: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  return title !== undefined && plain(title) !== "" && plain(title) !== plain(name);
}
