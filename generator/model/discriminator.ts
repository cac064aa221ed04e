import type { ModelContext } from "./context.js";
import { arrayOf, isObject, objectOf, stringOf, tokensOf, type JsonObject } from "../base/json.js";
import { referenceTo } from "./schema-walk.js";
import type { Discriminator } from "./schema.js";

/**
 * Reads a discriminator and completes its mapping: the value that a variant itself states wins, then the spec's
 * mapping, then the variant's name (OpenAPI 3.1, section 4.8.25). `undefined` where there is nothing to tell apart.
 */
export function discriminatorOf(
  context: ModelContext,
  schema: JsonObject,
  at: string,
): Discriminator | undefined {
  const stated = objectOf(schema["discriminator"]);
  const propertyName = stringOf(stated["propertyName"]) ?? stringOf(schema["discriminator"]);
  if (propertyName === undefined) return undefined;
  const variants = variantsOf(context, schema, at);
  const mapped = new Map<string, string[]>();
  for (const [value, target] of Object.entries(objectOf(stated["mapping"]))) {
    const name = typeof target === "string" ? nameOfTarget(target) : undefined;
    if (name !== undefined) mapped.set(name, [...(mapped.get(name) ?? []), value]);
  }
  const mapping = variants.flatMap((name) => {
    const values = mapped.get(name) ?? ownValues(context, name, propertyName) ?? [name];
    return values.map((value): [string, string] => [value, referenceTo(name)]);
  });
  return { propertyName, mapping: Object.fromEntries(mapping) };
}

/** The named variants of a union, or the schemas that extend a base by `allOf`. */
function variantsOf(context: ModelContext, schema: JsonObject, at: string): string[] {
  const members = arrayOf(schema["oneOf"] ?? schema["anyOf"]);
  if (members.length > 0) {
    return members.flatMap((member) => {
      const reference = isObject(member) ? stringOf(member["$ref"]) : undefined;
      return (reference !== undefined && nameOfTarget(reference)) || [];
    });
  }
  const schemas = objectOf(objectOf(context.document["components"])["schemas"]);
  return Object.keys(schemas).filter((name) => extendsBase(schemas[name], `#${at}`));
}

function extendsBase(schema: unknown, base: string): boolean {
  return arrayOf(objectOf(schema)["allOf"]).some((part) => objectOf(part)["$ref"] === base);
}

function nameOfTarget(target: string): string | undefined {
  if (!target.includes("/") && !target.includes("#")) return target;
  const tokens = tokensOf(target);
  return tokens.length === 3 && tokens[1] === "schemas" ? tokens[2] : undefined;
}

/** The values that a variant's own property allows, where it allows only constants. */
function ownValues(
  context: ModelContext,
  name: string,
  propertyName: string,
  depth = 0,
): string[] | undefined {
  const schema = context.resolve({ $ref: referenceTo(name) }, "").value;
  const property = context.resolve(objectOf(schema["properties"])[propertyName], "").value;
  const constant = stringOf(property["const"]);
  if (constant !== undefined) return [constant];
  const values = arrayOf(property["enum"]).filter((value) => typeof value === "string");
  // A base that lists all its children's values says nothing about one child.
  if (values.length === 1 || (values.length > 0 && depth === 0)) return values;
  if (depth > 3) return undefined;
  for (const part of arrayOf(schema["allOf"])) {
    const reference = stringOf(objectOf(part)["$ref"]);
    const base = reference === undefined ? undefined : nameOfTarget(reference);
    if (base === undefined) continue;
    const found =
      baseValues(context, base, name, propertyName) ?? ownValues(context, base, propertyName, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** The values that a base's own mapping gives to one of its extensions. */
function baseValues(
  context: ModelContext,
  base: string,
  name: string,
  propertyName: string,
): string[] | undefined {
  const { discriminator } = context.resolve({ $ref: referenceTo(base) }, "").value;
  const { propertyName: own, mapping } = objectOf(discriminator);
  if (own !== propertyName) return undefined;
  const values = Object.entries(objectOf(mapping)).flatMap(([value, target]) => {
    return typeof target === "string" && nameOfTarget(target) === name ? [value] : [];
  });
  return values.length > 0 ? values : undefined;
}
