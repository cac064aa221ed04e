import type { NamedSchema } from "../../model/api-model.js";
import type { Schema, SchemaObject } from "../../model/schema.js";
import { oneLine, prose, tsdoc } from "./tsdoc.js";

/** Longer defaults are not repeated in a comment. */
const MAX_DEFAULT = 60;

/** The comment of a member: what its schema says of it; none where that is nothing. */
export function propertyDoc(schema: Schema): string {
  return typeof schema === "boolean" ? "" : tsdoc(linesOf(schema, "property"));
}

/** The comment of a named schema. */
export function schemaDoc({ schema, typeName, requestFormOf }: NamedSchema): string {
  if (requestFormOf !== undefined)
    return tsdoc([`{@link ${requestFormOf}} as it is sent: without its read-only members.`]);
  return typeof schema === "boolean" ? "" : tsdoc(linesOf(schema, "schema", typeName));
}

function linesOf(schema: SchemaObject, kind: "property" | "schema", name = ""): string[] {
  const { title, description, deprecated } = schema;
  const isNamed = title === undefined || plainName(title) === plainName(name);
  const text = description ?? (isNamed ? undefined : title);
  const values = valueLines(schema);
  const stated = schema.default === undefined || schema.default === null ? "" : (JSON.stringify(schema.default) ?? "");
  const tags = [
    ...(stated !== "" && stated.length <= MAX_DEFAULT ? [`@default ${stated}`] : []),
    ...(deprecated ? [`@deprecated The API's description marks this ${kind} as deprecated.`] : []),
  ];
  return separated([prose(text), values, tags]);
}

function plainName(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}

/** What a schema says of its single values, by `oneOf` of constants or by `x-enum-descriptions` and `x-enum-varnames`. */
function valueLines(schema: SchemaObject): string[] {
  const constants = (schema.oneOf ?? schema.anyOf ?? []).flatMap((variant) => {
    if (typeof variant === "boolean" || !Object.hasOwn(variant, "const")) return [];
    const text = [variant.title, variant.description].filter((it) => it !== undefined).join(": ");
    return text === "" ? [] : [valueLine(variant.const, text)];
  });
  const notes = textsIn(schema["x-enum-descriptions"] ?? schema["x-enumDescriptions"]);
  const names = textsIn(schema["x-enum-varnames"] ?? schema["x-enumNames"]);
  const values = (schema.enum ?? []).flatMap((value, index) => {
    const text = [names[index], notes[index]].filter((it) => it !== undefined && it !== value).join(": ");
    return text === "" ? [] : [valueLine(value, text)];
  });
  return [...constants, ...values];
}

function valueLine(value: unknown, text: string): string {
  return `- \`${String(JSON.stringify(value)).replaceAll("`", "'")}\`: ${oneLine(text)}`;
}

function textsIn(value: unknown): (string | undefined)[] {
  return Array.isArray(value) ? value.map((it) => (typeof it === "string" ? it : undefined)) : [];
}

/** Paragraphs with an empty line between those that there are. */
function separated(paragraphs: readonly (readonly string[])[]): string[] {
  return paragraphs.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}
