import { fullFormats } from "ajv-formats/dist/formats.js";

import { isSchema, mapSubschemas, nameOf } from "../../model/schema-walk.js";
import { discriminatorValues } from "../../model/variants.js";
import type { Schema, SchemaObject } from "../../model/schema.js";

/** The id of the schema that holds all named ones. */
export const DEFINITIONS_ID = "definitions";

const NUMBERS = (
  "multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength maxItems minItems minContains " +
  "maxContains maxProperties minProperties"
).split(" ");
const SCHEMAS = (
  "properties patternProperties additionalProperties unevaluatedProperties unevaluatedItems propertyNames items " +
  "prefixItems contains allOf anyOf oneOf not if then else dependentSchemas dependentRequired"
).split(" ");
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];

/** A schema as the validator's compiler takes it: only what constrains, and nothing that is not well-formed. */
export function validatorSchema(schema: Schema): Schema {
  if (typeof schema === "boolean") return schema;
  if (schema.$ref !== undefined) return { $ref: definitionOf(nameOf(schema.$ref)) };
  const inner = mapSubschemas(schema, validatorSchema);
  const kept: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(inner)) {
    if (NUMBERS.includes(keyword) && typeof value === "number") kept[keyword] = value;
    if (SCHEMAS.includes(keyword) && !(LISTS.includes(keyword) && isEmpty(value))) kept[keyword] = value;
  }
  if (inner.type !== undefined)
    kept["type"] = typeof inner.type === "string" ? inner.type : [...new Set(inner.type)];
  if (inner.enum !== undefined && inner.enum.length > 0) kept["enum"] = distinct(inner.enum);
  if (Object.hasOwn(inner, "const")) kept["const"] = inner.const;
  if (inner.required && inner.required.length > 0) kept["required"] = [...new Set(inner.required)];
  if (inner["uniqueItems"] === true) kept["uniqueItems"] = true;
  if (inner.format !== undefined && Object.hasOwn(fullFormats, inner.format)) kept["format"] = inner.format;
  const pattern = patternOf(inner["pattern"]);
  if (pattern !== undefined) kept["pattern"] = pattern;
  if (isRecord(kept["patternProperties"]))
    kept["patternProperties"] = knownPatterns(kept["patternProperties"]);
  return withVariants(withIgnored(kept, inner), schema);
}

/** The reference to a named schema. */
export function definitionOf(name: string): string {
  return `${DEFINITIONS_ID}#/$defs/${encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))}`;
}

/** Members that only the server sets may come, whatever they hold. */
function withIgnored(kept: SchemaObject, { properties, ...schema }: SchemaObject): SchemaObject {
  const ignored = schema["x-read-only"];
  if (ignored === undefined || ignored.length === 0) return kept;
  const members = Object.fromEntries(ignored.map((name) => [name, true]));
  return { ...kept, properties: { ...members, ...properties } };
}

/**
 * A union whose variants a member tells apart, as conditions: what is wrong with a value is then told of the variant
 * that it says it is, instead of all of them.
 */
function withVariants(kept: SchemaObject, { discriminator, oneOf, anyOf }: SchemaObject): SchemaObject {
  const variants = oneOf ?? anyOf;
  if (!discriminator || !variants || variants.length === 0) return kept;
  const told = variants.map((variant) => {
    const reference = typeof variant === "object" ? variant.$ref : undefined;
    return { variant, values: reference === undefined ? [] : discriminatorValues(discriminator, reference) };
  });
  if (told.some(({ values }) => values.length === 0)) return kept;
  const { propertyName } = discriminator;
  const conditions = told.map(({ variant, values }): SchemaObject => ({
    // Said by what it is not, since an object with a member named `then` would pass for a promise.
    if: {
      not: { type: "object", required: [propertyName], properties: { [propertyName]: { enum: values } } },
    },
    else: validatorSchema(variant),
  }));
  const known = [...new Set(told.flatMap(({ values }) => values))];
  const { oneOf: _oneOf, anyOf: _anyOf, ...rest } = kept;
  const tag: SchemaObject = {
    type: "object",
    required: [propertyName],
    properties: { [propertyName]: { enum: known } },
  };
  return { ...rest, allOf: [...(kept.allOf ?? []), tag, ...conditions] };
}

function knownPatterns(patterns: Record<string, unknown>): Record<string, unknown> {
  const known = Object.entries(patterns).flatMap(([pattern, schema]) => {
    const readable = patternOf(pattern);
    return readable === undefined || !isSchema(schema) ? [] : [[readable, schema]];
  });
  return Object.fromEntries(known);
}

/** A pattern as ECMAScript reads it with the `u` flag; escapes that need none lose theirs; others cannot be checked. */
function patternOf(pattern: unknown): string | undefined {
  if (typeof pattern !== "string") return undefined;
  const plainer = pattern.replace(/\\([-_'"@#%&,:;<=>!~` ])/g, (whole, sign: string, at: number) => {
    return sign === "-" && isInClass(pattern, at) ? whole : sign;
  });
  return [pattern, plainer].find(isPattern);
}

/** Whether a hyphen stands between brackets, where it would mean a range. */
function isInClass(pattern: string, at: number): boolean {
  return pattern.lastIndexOf("[", at) > pattern.lastIndexOf("]", at);
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").source !== "";
  } catch {
    return false;
  }
}

function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
