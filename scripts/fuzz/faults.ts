import fc, { type Arbitrary } from "fast-check";

import type { Schema, SchemaObject, SchemaType } from "../../generator/model/schema.js";
import { merged, resolve, type Surroundings } from "./values.js";

/** Values that a schema does not allow, made of one that it allows; none when it allows everything. */
export function invalid(
  schema: Schema,
  around: Surroundings,
  sound: Arbitrary<unknown>,
): Arbitrary<unknown> | undefined {
  const plain = plainOf(schema, around);
  if (!plain) return undefined;
  const types = plain.type === undefined ? [] : [plain.type].flat();
  const wrong = [
    ...(types.length > 0 ? [ofOtherType(types)] : []),
    ...(plain.enum ? [fc.constant("no-such-value")] : []),
    ...stringFaults(plain, types),
    ...numberFaults(plain, types),
    ...objectFaults(plain, around, sound),
    ...arrayFaults(plain),
  ];
  return wrong.length > 0 ? fc.oneof(...wrong) : undefined;
}

/** The schema behind references, if it is no union: what a union does not allow takes more to tell. */
function plainOf(schema: Schema, around: Surroundings): SchemaObject | undefined {
  if (typeof schema === "boolean") return undefined;
  if (schema.$ref !== undefined) return plainOf(resolve(schema.$ref, around), around);
  if (schema.allOf) return merged(schema, around);
  return schema.oneOf || schema.anyOf ? undefined : schema;
}

function ofOtherType(types: readonly SchemaType[]): Arbitrary<unknown> {
  const samples: readonly [SchemaType, unknown][] = [
    ["object", {}],
    ["array", []],
    ["string", "text"],
    ["boolean", true],
    ["null", null],
    ["number", 1.5],
  ];
  const others = samples.filter(([type]) => !types.includes(type));
  return fc.constantFrom(...others.map(([, value]) => value));
}

function stringFaults(schema: SchemaObject, types: readonly SchemaType[]): Arbitrary<unknown>[] {
  if (!types.includes("string")) return [];
  const { pattern, format } = schema;
  const { minLength, maxLength } = schema as { minLength?: number; maxLength?: number };
  return [
    ...(typeof pattern === "string" ? [fc.constantFrom("", "???", " \n")] : []),
    ...(format === "date-time" ? [fc.constantFrom("yesterday", "2026-13-01T00:00:00Z", "2026-01-01")] : []),
    ...(format === "email" ? [fc.constant("nobody")] : []),
    ...(minLength === undefined || minLength === 0 ? [] : [fc.constant("")]),
    ...(maxLength === undefined || maxLength > 1000 ? [] : [fc.constant("x".repeat(maxLength + 1))]),
    ...(schema.enum || format === "uri" ? [] : [fc.constant("a\0b")]),
  ];
}

function numberFaults(schema: SchemaObject, types: readonly SchemaType[]): Arbitrary<unknown>[] {
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
  return [
    ...(minimum === undefined ? [] : [fc.constant(minimum - 1)]),
    ...(maximum === undefined ? [] : [fc.constant(maximum + 1)]),
    ...(types.includes("integer") ? [fc.constant(0.5)] : []),
  ];
}

function objectFaults(
  schema: SchemaObject,
  around: Surroundings,
  sound: Arbitrary<unknown>,
): Arbitrary<unknown>[] {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return [];
  const ignored = new Set(schema["x-read-only"] ?? []);
  const withMember = (name: string, member: Arbitrary<unknown>): Arbitrary<unknown> =>
    fc.tuple(sound, member).map(([value, wrong]) => ({ ...Object(value), [name]: wrong }));
  const members = properties.flatMap(([name, member]) => {
    const wrong = ignored.has(name) ? undefined : invalid(member, around, fc.constant({}));
    return wrong ? [withMember(name, wrong)] : [];
  });
  const missing = (schema.required ?? []).map((name) =>
    sound.map((value) => Object.fromEntries(Object.entries(Object(value)).filter(([key]) => key !== name))),
  );
  const isClosed = schema.additionalProperties === false || schema["unevaluatedProperties"] === false;
  return [...members, ...missing, ...(isClosed ? [withMember("noSuchMember", fc.constant(1))] : [])];
}

function arrayFaults(schema: SchemaObject): Arbitrary<unknown>[] {
  const { minItems, maxItems } = schema as { minItems?: number; maxItems?: number };
  return [
    ...(minItems === undefined || minItems === 0 ? [] : [fc.constant([])]),
    ...(maxItems === undefined || maxItems > 200 ? [] : [fc.constant(Array(maxItems + 1).fill(1))]),
  ];
}
