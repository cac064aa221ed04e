import type { Schema, SchemaObject } from "../../model/schema.js";
import { partsOf, resolved, type Schemas } from "../../model/resolve.js";

/** What the runtime reads a serialised value as; see `Shape` of the emitted contract. */
export type Shape =
  | "string"
  | "number"
  | "boolean"
  | "any"
  | { readonly items: Shape; readonly or?: Shape }
  | { readonly members: Readonly<Record<string, Shape>>; readonly others?: Shape };

/** Beyond this depth values stay texts; no serialisation of parameters nests so far. */
const MAX_DEPTH = 6;

/** The shape of the values that a schema allows. */
export function shapeOf(schema: Schema | undefined, schemas: Schemas, depth = 0): Shape {
  const variants = depth > MAX_DEPTH ? [] : variantsOf(schema, schemas);
  const scalar = scalarOf(variants);
  const list = variants.find((variant) => isOf(variant, "array"));
  if (list) {
    const items = shapeOf(list.items, schemas, depth + 1);
    const isOnlyList = variants.every((variant) => isOf(variant, "array") || isOf(variant, "null"));
    return isOnlyList ? { items } : { items, or: scalar };
  }
  const objects = variants.filter((variant) => isOf(variant, "object"));
  if (objects.length === 0) return scalar;
  const members: Record<string, Shape> = {};
  let others: Shape | undefined;
  for (const part of objects) {
    for (const [name, member] of Object.entries(part.properties ?? {})) {
      members[name] ??= shapeOf(member, schemas, depth + 1);
    }
    if (part.additionalProperties !== undefined && part.additionalProperties !== false) {
      others ??= shapeOf(part.additionalProperties, schemas, depth + 1);
    }
  }
  return others === undefined ? { members } : { members, others };
}

function scalarOf(variants: readonly SchemaObject[]): Shape {
  const isNumber = variants.some((variant) => isOf(variant, "number") || isOf(variant, "integer"));
  const isBoolean = variants.some((variant) => isOf(variant, "boolean"));
  if (isNumber) return isBoolean ? "any" : "number";
  return isBoolean ? "boolean" : "string";
}

/** The alternatives of a schema, taken apart. */
function variantsOf(schema: Schema | undefined, schemas: Schemas, depth = 0): SchemaObject[] {
  const own = resolved(schema, schemas);
  if (!own || depth > MAX_DEPTH) return [];
  const alternatives = [...(own.anyOf ?? []), ...(own.oneOf ?? [])];
  const inner = alternatives.flatMap((part) => variantsOf(part, schemas, depth + 1));
  const parts = partsOf(own, schemas);
  return inner.length > 0
    ? [...parts.filter((part) => part.type !== undefined || part.properties), ...inner]
    : parts;
}

function isOf(schema: SchemaObject, type: string): boolean {
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (schema.type === undefined && values) return values.some((value) => typeof value === type);
  if (schema.type === undefined) return type === "object" && schema.properties !== undefined;
  return Array.isArray(schema.type) ? schema.type.includes(type) : schema.type === type;
}
