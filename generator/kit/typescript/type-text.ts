import { nameOf } from "../../model/schema-walk.js";
import type { Schema, SchemaObject } from "../../model/schema.js";

/** Literal unions longer than this are named rather than spelt out. */
const MAX_LITERALS = 8;

/**
 * The type of a schema as a person would write it, where it is simple enough; `undefined` where only the generated
 * schema types say it well.
 */
export function typeText(schema: Schema, names: ReadonlyMap<string, string>): string | undefined {
  if (typeof schema === "boolean") return schema ? "unknown" : "never";
  if (schema.$ref !== undefined) return names.get(nameOf(schema.$ref));
  if (schema.oneOf ?? schema.anyOf ?? schema.allOf ?? schema.not) return undefined;
  if (schema["x-open-enum"] === true) return undefined;
  if (schema.enum !== undefined || schema.const !== undefined) return literals(schema);
  if (Array.isArray(schema.type)) return unionText(schema, names);
  return plainText(schema, names);
}

function plainText(schema: SchemaObject, names: ReadonlyMap<string, string>): string | undefined {
  switch (schema.type) {
    case "string":
      return schema.format === "binary" ? "Blob" : "string";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array": {
      if (schema.prefixItems || schema.items === undefined) return undefined;
      const item = typeText(schema.items, names);
      if (item === undefined) return undefined;
      return /^[\w"]+$/.test(item) ? `${item}[]` : `(${item})[]`;
    }
    default:
      return undefined;
  }
}

function unionText(schema: SchemaObject, names: ReadonlyMap<string, string>): string | undefined {
  const types = Array.isArray(schema.type) ? schema.type : [];
  const parts = types.map((type) => plainText({ ...schema, type }, names));
  return parts.includes(undefined) ? undefined : [...new Set(parts)].join(" | ");
}

function literals(schema: SchemaObject): string | undefined {
  const values = schema.enum ?? [schema.const];
  const isPlain = values.every(
    (value) => value === null || ["string", "number", "boolean"].includes(typeof value),
  );
  if (!isPlain || values.length === 0 || values.length > MAX_LITERALS) return undefined;
  const isNullable = Array.isArray(schema.type) && schema.type.includes("null");
  return [...new Set([...values, ...(isNullable ? [null] : [])].map((value) => JSON.stringify(value)))].join(
    " | ",
  );
}
