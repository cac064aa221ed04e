import type { Schema } from "../../model/schema.js";
import { plainText } from "./html.js";
import { textOf } from "./markdown.js";
import { notesOf, typeOf, type Note } from "./schema-notes.js";
import type { SchemaTrees } from "./schema-tree.js";

/** How far descriptions are told in lists. */
const DESCRIPTION = 140;

/** Writes schemas as nested lists, short enough to be read by a program with little room. */
export class SchemaMarkdown {
  constructor(
    readonly trees: SchemaTrees,
    readonly linkTo: (name: string) => string,
  ) {}

  type(schema: Schema | undefined): string {
    return typeOf(schema)
      .map((part) => (typeof part === "string" ? part : `[${part.schema}](${this.linkTo(part.schema)})`))
      .join("");
  }

  /** The members of a schema and those of its inline members, one a line. */
  list(schema: Schema | undefined, options: ListOptions = {}, indent = ""): string[] {
    if (indent.length > 8) return [];
    const { members, alternatives } = this.trees.of(schema);
    const lines = members.flatMap((member) => {
      const name = member.isPlaceholder ? `(${member.name})` : `\`${member.name}\``;
      const isNamed = typeof member.schema === "object" && member.schema.$ref !== undefined;
      const inner = isNamed ? [] : this.#inner(member.schema, options, `${indent}  `);
      return [this.line(name, member.schema, member.isRequired, options, indent), ...inner];
    });
    const groups = alternatives.flatMap(({ label, options: variants }) => [
      `${indent}- ${label}:`,
      ...variants.flatMap(({ name, schema: variant }) => [
        `${indent}  - ${name === "" ? "" : `${name}: `}${this.type(variant)}${noteText(variant, options)}`,
        ...(typeof variant === "object" && variant.$ref !== undefined
          ? []
          : this.list(variant, options, `${indent}    `)),
      ]),
    ]);
    return [...lines, ...groups];
  }

  #inner(schema: Schema, options: ListOptions, indent: string): string[] {
    if (typeof schema !== "object") return [];
    if (schema.$ref !== undefined) return [];
    if (schema.properties ?? schema.allOf) return this.list(schema, options, indent);
    if (typeof schema.items === "object") return this.#inner(schema.items, options, indent);
    return [];
  }

  line(
    name: string,
    schema: Schema,
    isRequired: boolean,
    options: ListOptions,
    indent = "",
    stated = typeof schema === "object" ? schema.description : undefined,
  ): string {
    const description = options.isBrief ? "" : textOf(stated, DESCRIPTION);
    return `${indent}- ${name} ${this.type(schema)}${isRequired ? ", required" : ""}${noteText(this.#withValues(schema), options)}${description === "" ? "" : `: ${description}`}`;
  }

  /** A reference to an enumeration is told by its values. */
  #withValues(schema: Schema): Schema {
    const resolved = this.trees.resolved(schema);
    return typeof resolved === "object" && (resolved.enum ?? resolved.const) ? resolved : schema;
  }
}

export interface ListOptions {
  /** Names, types and values alone. */
  readonly isBrief?: boolean;
}

function noteText(schema: Schema, { isBrief }: ListOptions): string {
  const notes = notesOf(schema).filter(({ label }) => !label.startsWith("example"));
  const told = isBrief ? notes.filter(({ label }) => label === "one of" || label === "always") : notes;
  const limited = told.map((note) => (isBrief ? shortened(note) : note));
  return limited.length === 0 ? "" : `, ${limited.map(noteMarkdown).join(", ")}`;
}

function shortened(note: Note): Note {
  const values = note.values ?? [];
  return values.length <= 8 ? note : { ...note, values: [...values.slice(0, 6), "…"] };
}

export function noteMarkdown({ label, values = [] }: Note): string {
  return plainText([label, ...values.map((value) => (value === "…" ? value : codeSpan(value)))].join(" "));
}

/** Text as code, whatever backticks it has (CommonMark, section 6.1). */
export function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `\`${text.replace(/\n/g, " ")}\`` : `${fence} ${text.replace(/\n/g, " ")} ${fence}`;
}

/** A block of code, behind a fence that nothing in it can close. */
export function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}`;
}
