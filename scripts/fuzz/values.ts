import fc, { type Arbitrary } from "fast-check";

import type { Schema, SchemaObject } from "../../generator/model/schema.js";
import type { Fact } from "./facts.js";

/** Named schemas, and the ids that have been seen, from which most ids are taken. */
export interface Surroundings {
  readonly schemas: ReadonlyMap<string, Schema>;
  /** Ids that a pattern may stand for, such as `tsk_…`. */
  idsLike(pattern: RegExp): readonly string[];
  /** What is known of objects that have these members, the newest first. */
  about(names: readonly string[]): readonly Fact[];
  /** An address that answers. */
  readonly url: string;
}

/** Deeper than this, optional members and items are left out, so that recursive schemas end. */
export const DEEPEST = 4;

/** Values that a schema allows. */
export function valid(schema: Schema, around: Surroundings, depth = 0): Arbitrary<unknown> {
  if (typeof schema === "boolean") return fc.jsonValue({ maxDepth: 1 });
  if (schema.$ref !== undefined) return valid(resolve(schema.$ref, around), around, depth);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants) return fc.oneof(...variants.map((variant) => valid(variant, around, depth)));
  if (schema.allOf) return valid(merged(schema, around), around, depth);
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? ["object"]);
  return fc.oneof(...types.map((type) => ofType(type, schema, around, depth)));
}

/** The schema that a reference names. */
export function resolve(reference: string, { schemas }: Surroundings): Schema {
  return schemas.get(reference.split("/").at(-1) ?? "") ?? true;
}

/** All of a schema's parts in one. */
export function merged(schema: SchemaObject, around: Surroundings): SchemaObject {
  const { allOf = [], ...own } = schema;
  const parts = allOf.map((part) => {
    const target = typeof part === "object" && part.$ref !== undefined ? resolve(part.$ref, around) : part;
    return typeof target === "object" ? merged(target, around) : {};
  });
  const whole: SchemaObject = Object.assign({}, own, ...parts);
  const all = [own, ...parts];
  return {
    ...whole,
    properties: Object.assign({}, ...all.map(({ properties }) => properties)),
    required: all.flatMap(({ required = [] }) => required),
  };
}

function ofType(type: string, schema: SchemaObject, around: Surroundings, depth: number): Arbitrary<unknown> {
  switch (type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: number(schema["minimum"], -1000), max: number(schema["maximum"], 1000) });
    case "number":
      return fc.double({
        min: number(schema["minimum"], -1000),
        max: number(schema["maximum"], 1000),
        noNaN: true,
      });
    case "string":
      return text(schema, around);
    case "array":
      return list(schema, around, depth);
    default:
      return object(schema, around, depth);
  }
}

function number(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function text(schema: SchemaObject, around: Surroundings): Arbitrary<string> {
  const { format, pattern } = schema;
  if (format === "date-time") {
    const range = { min: new Date("2025-01-01T00:00:00Z"), max: new Date("2027-12-31T00:00:00Z") };
    return fc.date({ ...range, noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (format === "email") return fc.nat(50).map((index) => `person${index}@fuzz.example`);
  if (format === "uri") return fc.nat(50).map((index) => `${around.url}/${index}`);
  const minLength = number(schema["minLength"], 0);
  const maxLength = Math.min(number(schema["maxLength"], 200), 60);
  if (typeof pattern !== "string")
    // NUL is no text: PostgreSQL cannot hold it, and the API refuses it.
    return fc
      .string({ unit: "grapheme", minLength, maxLength: Math.max(minLength, maxLength) })
      .map((value) => value.replaceAll("\0", "0"))
      .filter(
        (value) => [...value].length >= minLength && [...value].length <= number(schema["maxLength"], 1e9),
      );
  const known = around.idsLike(new RegExp(pattern, "u"));
  const fresh = fc.stringMatching(new RegExp(pattern, "u"));
  return known.length > 0 ? fc.oneof({ weight: 40, arbitrary: fc.constantFrom(...known) }, fresh) : fresh;
}

function list(schema: SchemaObject, around: Surroundings, depth: number): Arbitrary<unknown[]> {
  const minLength = number(schema["minItems"], 0);
  const most = depth >= DEEPEST ? minLength : Math.min(number(schema["maxItems"], 3), 3);
  const items = valid(schema.items ?? true, around, depth + 1);
  const lengths = { minLength, maxLength: Math.max(minLength, most) };
  return schema["uniqueItems"] === true
    ? fc.uniqueArray(items, { ...lengths, selector: (item) => JSON.stringify(item) })
    : fc.array(items, lengths);
}

function object(schema: SchemaObject, around: Surroundings, depth: number): Arbitrary<object> {
  const required = new Set(schema.required);
  const members = Object.entries(schema.properties ?? {}).filter(
    ([name]) => required.has(name) || depth < DEEPEST,
  );
  const arbitraries = Object.fromEntries(
    members.map(([name, member]) => [name, valid(member, around, depth + 1)]),
  );
  const least = number(schema["minProperties"], 0);
  return fc
    .record(arbitraries, { requiredKeys: members.flatMap(([name]) => (required.has(name) ? [name] : [])) })
    .filter((value) => Object.keys(value).length >= least);
}
