import type { NamedSchema } from "../../model/api-model.js";
import { nameOf } from "../../model/schema-walk.js";
import type { Schema, SchemaObject } from "../../model/schema.js";
import { anchor } from "./anchors.js";
import { escaped, inline } from "./markdown.js";

/** One member of an object, as the page shows it. All texts are HTML. */
export interface SchemaRow {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly notes: readonly string[];
  readonly description: string;
  readonly rows: readonly SchemaRow[];
}

const MAX_DEPTH = 3;
const MAX_ENUM = 12;

/** Shows schemas: named ones as links, inline ones in place. */
export class SchemaRows {
  readonly #schemas: ReadonlyMap<string, Schema>;

  constructor(schemas: readonly NamedSchema[]) {
    this.#schemas = new Map(schemas.map(({ name, schema }) => [name, schema]));
  }

  /** The members of a schema; of a reference, those of the schema that it names. */
  of(schema: Schema | undefined, depth = 0): SchemaRow[] {
    if (schema === undefined || typeof schema === "boolean" || depth >= MAX_DEPTH) return [];
    if (schema.$ref !== undefined)
      return depth > 0 ? [] : this.of(this.#schemas.get(nameOf(schema.$ref)), depth + 1);
    const parts = (schema.allOf ?? []).flatMap((part) => this.of(part, depth));
    const own = Object.entries(schema.properties ?? {}).map(([name, member]) =>
      this.#row(name, member, schema.required?.includes(name) ?? false, depth),
    );
    return [...parts, ...own, ...(schema.items === undefined ? [] : this.of(schema.items, depth + 1))];
  }

  #row(name: string, member: Schema, isRequired: boolean, depth: number): SchemaRow {
    const schema: SchemaObject = typeof member === "boolean" ? {} : member;
    return {
      name: escaped(name),
      type: typeLabel(member),
      isRequired,
      notes: notesOf(schema),
      description: inline(schema.description),
      rows: schema.$ref === undefined ? this.of(member, depth + 1) : [],
    };
  }
}

/** A schema in a few words, with links to the schemas that it names. */
export function typeLabel(schema: Schema | undefined, depth = 0): string {
  if (schema === undefined || typeof schema === "boolean") return schema === false ? "nothing" : "anything";
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref);
    return `<a href="#${anchor("schema", name)}">${escaped(name)}</a>`;
  }
  if (depth > 4) return "…";
  const union = schema.oneOf ?? schema.anyOf;
  if (union) return [...new Set(union.map((member) => typeLabel(member, depth + 1)))].join(" or ");
  if (schema.allOf?.length === 1 && !schema.properties) return typeLabel(schema.allOf[0], depth + 1);
  if (schema.allOf) return "object";
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  const types =
    schema.type === undefined ? [] : typeof schema.type === "string" ? [schema.type] : schema.type;
  if (types.length === 0) return "anything";
  return types
    .map((type) => (type === "array" ? `array of ${typeLabel(schema.items, depth + 1)}` : type))
    .join(" or ");
}

/** Limits, formats and values, each a short text. */
function notesOf(schema: SchemaObject): string[] {
  const notes: string[] = [];
  if (schema.format) notes.push(escaped(schema.format));
  if (schema.enum) {
    const values = schema.enum
      .slice(0, MAX_ENUM)
      .map((value) => `<code>${escaped(JSON.stringify(value))}</code>`);
    notes.push(
      `one of ${values.join(" ")}${schema.enum.length > MAX_ENUM ? ` and ${schema.enum.length - MAX_ENUM} more` : ""}`,
    );
  }
  notes.push(...limitsOf(schema));
  if (schema.default !== undefined)
    notes.push(`default <code>${escaped(JSON.stringify(schema.default))}</code>`);
  if (schema.readOnly) notes.push("read-only");
  if (schema.writeOnly) notes.push("write-only");
  if (schema.deprecated) notes.push("deprecated");
  if (schema["x-open-enum"] === true) notes.push("more values may come");
  return notes;
}

const LIMITS = [
  ["minLength", "maxLength", " characters"],
  ["minimum", "maximum", ""],
  ["minItems", "maxItems", " items"],
] as const;

/** `1 to 255 characters`, `at least 0`, `at most 50 items`. */
function limitsOf(schema: SchemaObject): string[] {
  return LIMITS.flatMap(([least, most, unit]) => {
    const [from, to] = [schema[least], schema[most]];
    if (typeof from === "number" && typeof to === "number") return [`${from} to ${to}${unit}`];
    if (typeof from === "number") return [`at least ${from}${unit}`];
    return typeof to === "number" ? [`at most ${to}${unit}`] : [];
  });
}
