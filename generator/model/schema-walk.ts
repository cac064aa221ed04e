import { isObject, mapValues } from "../base/json.js";
import type { Schema, SchemaObject } from "./schema.js";

/** Keywords that hold one schema. */
const SINGLE = new Set([
  "items",
  "additionalProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "contains",
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
  "contentSchema",
]);
/** Keywords that hold a list of schemas. */
const LISTS = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
/** Keywords that hold schemas by name. */
const MAPS = new Set(["properties", "patternProperties", "dependentSchemas"]);

type Map = (schema: Schema, path: readonly string[]) => Schema;

/** Replaces each schema directly inside another; what is not a schema is kept. */
export function mapSubschemas(schema: SchemaObject, map: Map): SchemaObject {
  const entries = Object.entries(schema).map(([keyword, value]) => [
    keyword,
    mapKeyword(keyword, value, map),
  ]);
  return Object.fromEntries(entries);
}

function mapKeyword(keyword: string, value: unknown, map: Map): unknown {
  if (SINGLE.has(keyword) && isSchema(value)) return map(value, [keyword]);
  if (LISTS.has(keyword) && Array.isArray(value)) {
    return value.filter(isSchema).map((item, index) => map(item, [keyword, String(index)]));
  }
  if (MAPS.has(keyword) && isObject(value)) {
    return mapValues(value, (member, name) => (isSchema(member) ? map(member, [keyword, name]) : true));
  }
  return value;
}

/** Whether a value can be read as a schema at all. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === "boolean" || isObject(value);
}

/** Visits a schema and everything inside it, references not followed. */
export function visitSchema(schema: Schema, visit: (schema: SchemaObject) => void): void {
  if (typeof schema === "boolean") return;
  visit(schema);
  mapSubschemas(schema, (inner) => {
    visitSchema(inner, visit);
    return inner;
  });
}

const PREFIX = "#/components/schemas/";

/** The reference to a named schema. */
export function referenceTo(name: string): string {
  return PREFIX + name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The name that a model's reference points to. */
export function nameOf(reference: string): string {
  return reference.slice(PREFIX.length).replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The names of all schemas that a schema refers to directly, its discriminator's among them. */
export function referencesIn(schema: Schema): Set<string> {
  const names = new Set<string>();
  visitSchema(schema, (inner) => {
    if (inner.$ref !== undefined) names.add(nameOf(inner.$ref));
    for (const target of Object.values(inner.discriminator?.mapping ?? {})) names.add(nameOf(target));
  });
  return names;
}
