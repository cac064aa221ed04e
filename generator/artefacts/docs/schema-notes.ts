import type { Example } from "../../model/api-model.js";
import { nameOf } from "../../model/schema-walk.js";
import type { Schema, SchemaObject } from "../../model/schema.js";
import { jsonOf } from "./html.js";

/** A thing that a schema says of its values: words, and the values that they are about. */
export interface Note {
  readonly label: string;
  readonly values?: readonly string[];
  /** What each value means, by its place in `values`. */
  readonly meanings?: readonly string[];
}

const LIMITS = [
  ["minLength", "maxLength", " characters"],
  ["minItems", "maxItems", " items"],
  ["minProperties", "maxProperties", " members"],
  ["minContains", "maxContains", " items that match"],
] as const;

/** Everything that a schema says of its values beyond their type, in a fixed order. */
export function notesOf(schema: Schema | undefined, examples: readonly Example[] = []): Note[] {
  if (schema === undefined || typeof schema === "boolean") return notesOfExamples(examples);
  const only = onlyOption(schema);
  if (only && only.$ref === undefined) {
    const { oneOf: _oneOf, anyOf: _anyOf, ...own } = schema;
    return notesOf({ ...only, ...own }, examples);
  }
  const notes: Note[] = [];
  const value = (label: string, keyword: string): void => {
    if (schema[keyword] !== undefined) notes.push({ label, values: [shown(schema[keyword])] });
  };
  const flag = (keyword: string, label: string): void => {
    if (schema[keyword] === true) notes.push({ label });
  };
  if (schema.format !== undefined) notes.push({ label: "format", values: [schema.format] });
  notes.push(...valueNotes(schema), ...rangeNotes(schema));
  value("multiple of", "multipleOf");
  value("pattern", "pattern");
  value("encoded as", "contentEncoding");
  value("content of type", "contentMediaType");
  flag("uniqueItems", "no item twice");
  if (schema.default !== undefined) notes.push({ label: "default", values: [shown(schema.default)] });
  flag("readOnly", "read-only: set by the server");
  flag("writeOnly", "write-only: never in a response");
  flag("deprecated", "deprecated");
  flag("x-open-enum", "more values may come");
  if (Array.isArray(schema["x-read-only"])) {
    notes.push({ label: "may be sent and is ignored", values: schema["x-read-only"].map(String) });
  }
  for (const [name, needed] of Object.entries(Object(schema["dependentRequired"]))) {
    if (Array.isArray(needed))
      notes.push({ label: `with ${name} also required`, values: needed.map(String) });
  }
  if (schema["xml"] !== undefined) notes.push({ label: "in XML", values: [jsonOf(schema["xml"])] });
  const stated = (schema.examples ?? []).map((example) => ({ name: "", value: example }));
  return [...notes, ...notesOfExamples(examples.length > 0 ? examples : stated)];
}

function valueNotes(schema: SchemaObject): Note[] {
  const constants = constantsOf(schema);
  if (constants) return [constants];
  if (schema.const !== undefined) return [{ label: "always", values: [shown(schema.const)] }];
  if (!schema.enum) return [];
  const meanings = meaningsOf(schema["x-enum-descriptions"] ?? schema["x-enumDescriptions"], schema.enum);
  return [{ label: "one of", values: schema.enum.map(shown), ...(meanings ? { meanings } : {}) }];
}

/** Descriptions in the enum's order, or by value. */
function meaningsOf(stated: unknown, values: readonly unknown[]): string[] | undefined {
  if (Array.isArray(stated)) return stated.map(String);
  if (typeof stated !== "object" || stated === null) return undefined;
  const byValue = new Map<string, unknown>(Object.entries(stated));
  return values.map((value) => String(byValue.get(String(value)) ?? ""));
}

/** A `oneOf` of constants is an enumeration whose values have titles and descriptions. */
export function constantsOf(schema: SchemaObject): Note | undefined {
  const options = schema.oneOf ?? schema.anyOf;
  if (!options || options.length === 0) return undefined;
  const values: string[] = [];
  const meanings: string[] = [];
  for (const option of options) {
    if (typeof option === "boolean" || option.const === undefined) return undefined;
    values.push(shown(option.const));
    meanings.push([option.title, option.description].filter(Boolean).join(": "));
  }
  return { label: "one of", values, ...(meanings.some((text) => text !== "") ? { meanings } : {}) };
}

function rangeNotes(schema: SchemaObject): Note[] {
  const notes = LIMITS.flatMap(([least, most, unit]) => range(schema[least], schema[most], unit));
  const above = schema["exclusiveMinimum"];
  const below = schema["exclusiveMaximum"];
  notes.push(...range(schema["minimum"], schema["maximum"], ""));
  if (typeof above === "number") notes.push({ label: `greater than ${above}` });
  if (typeof below === "number") notes.push({ label: `less than ${below}` });
  return notes;
}

function range(from: unknown, to: unknown, unit: string): Note[] {
  if (typeof from === "number" && typeof to === "number") {
    return [{ label: from === to ? `exactly ${from}${unit}` : `${from} to ${to}${unit}` }];
  }
  if (typeof from === "number") return [{ label: `at least ${from}${unit}` }];
  return typeof to === "number" ? [{ label: `at most ${to}${unit}` }] : [];
}

function notesOfExamples(examples: readonly Example[]): Note[] {
  if (examples.length === 0) return [];
  const values = examples.map(({ value, serialized, externalValue }) =>
    shown(value ?? serialized ?? externalValue ?? ""),
  );
  const meanings = examples.map(({ summary, description }) =>
    [summary, description].filter(Boolean).join(": "),
  );
  return [
    {
      label: values.length > 1 ? "examples" : "example",
      values,
      ...(meanings.some((text) => text !== "") ? { meanings } : {}),
    },
  ];
}

/** A value as a reader writes it: texts without quotes, but for an empty one. */
function shown(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : jsonOf(value);
}

/** The one schema of a union that has, besides it, null alone: a value that may be missing. */
export function onlyOption(schema: SchemaObject): SchemaObject | undefined {
  const union = schema.oneOf ?? schema.anyOf;
  if (!union || schema.allOf || schema.properties) return undefined;
  const real = union.filter((option) => typeof option !== "object" || option.type !== "null");
  const [only] = real;
  return real.length === 1 && typeof only === "object" && only.const === undefined ? only : undefined;
}

/** A part of a type's name; parts with a schema are links. */
export type TypePart = string | { readonly schema: string };

/** The type of a schema in a few words. */
export function typeOf(schema: Schema | undefined, depth = 0): TypePart[] {
  if (schema === undefined || typeof schema === "boolean") return [schema === false ? "nothing" : "anything"];
  if (schema.$ref !== undefined) return [{ schema: nameOf(schema.$ref) }];
  if (depth > 4) return ["…"];
  const constants = constantsOf(schema);
  if (constants) return [typeof schema.type === "string" ? schema.type : "string"];
  const union = schema.oneOf ?? schema.anyOf;
  if (union && !schema.properties)
    return joined(
      union.map((option) => typeOf(option, depth + 1)),
      " or ",
    );
  if (schema.allOf?.length === 1 && !schema.properties) return typeOf(schema.allOf[0], depth + 1);
  if (schema.allOf) return [schema.title ?? "object"];
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length === 0) return [(schema.enum ?? schema.const) ? "value" : "anything"];
  return joined(
    types.map((type): TypePart[] => {
      if (type === "array") return ["array of ", ...typeOf(schema.items, depth + 1)];
      return type === "object" && isMap(schema)
        ? ["map of ", ...typeOf(schema.additionalProperties, depth + 1)]
        : [type];
    }),
    " or ",
  );
}

/** An object whose members all have names of the caller's own. */
function isMap({ properties, additionalProperties }: SchemaObject): boolean {
  return typeof additionalProperties === "object" && Object.keys(properties ?? {}).length === 0;
}

function joined(parts: readonly (readonly TypePart[])[], separator: string): TypePart[] {
  const [only = []] = parts;
  if (parts.length <= 1) return [...only];
  const seen = new Set<string>();
  return parts.flatMap((part): TypePart[] => {
    const key = JSON.stringify(part);
    if (seen.has(key)) return [];
    seen.add(key);
    return seen.size === 1 ? [...part] : [separator, ...part];
  });
}
