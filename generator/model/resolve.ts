import { mapSubschemas, nameOf, referencesIn } from "./schema-walk.js";
import type { Schema, SchemaObject } from "./schema.js";

export type Schemas = ReadonlyMap<string, Schema>;

/** References in a row; more are a circle. */
const MAX_STEPS = 20;

/** A schema with references followed; `undefined` for `true` and `false`. */
export function resolved(schema: Schema | undefined, schemas: Schemas): SchemaObject | undefined {
  let current = schema;
  for (let step = 0; typeof current === "object" && current.$ref !== undefined && step < MAX_STEPS; step += 1)
    current = schemas.get(nameOf(current.$ref));
  return typeof current === "object" ? current : undefined;
}

/** The default of a value, stated beside a reference or where it leads. */
export function defaultOf(schema: Schema, schemas: Schemas): unknown {
  const beside = typeof schema === "object" ? schema.default : undefined;
  return beside ?? resolved(schema, schemas)?.default;
}

/** A schema with those that it is composed of by `allOf`. */
export function partsOf(schema: Schema | undefined, schemas: Schemas, depth = 0): SchemaObject[] {
  const own = resolved(schema, schemas);
  if (!own || depth > MAX_STEPS) return [];
  return [own, ...(own.allOf ?? []).flatMap((part) => partsOf(part, schemas, depth + 1))];
}

/** The schema of a member, its own or that of a part. */
export function memberOf(schema: Schema | undefined, name: string, schemas: Schemas): Schema | undefined {
  for (const { properties } of partsOf(schema, schemas)) {
    if (properties && Object.hasOwn(properties, name)) return properties[name];
  }
  return undefined;
}

/** The schema that stands at a path of member names within the values of another. */
export function schemaAt(
  schema: Schema | undefined,
  path: readonly string[],
  schemas: Schemas,
): Schema | undefined {
  return path.reduce<Schema | undefined>((holder, name) => memberOf(holder, name, schemas), schema);
}

/** A JSON Schema that stands alone: what it refers to is under its `$defs`, and so are references. */
export function selfContained(schema: Schema, schemas: Schemas): Schema {
  const names = new Set<string>();
  const queue = [schema];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const name of referencesIn(next)) {
      if (names.has(name)) continue;
      names.add(name);
      queue.push(schemas.get(name) ?? true);
    }
  }
  if (typeof schema === "boolean" || names.size === 0) return schema;
  const definitions = [...names].map((name) => [name, local(schemas.get(name) ?? true)]);
  return { ...localObject(schema), $defs: Object.fromEntries(definitions) };
}

function local(schema: Schema): Schema {
  return typeof schema === "boolean" ? schema : localObject(schema);
}

function localObject(schema: SchemaObject): SchemaObject {
  const mapped = mapSubschemas(schema, local);
  if (mapped.$ref === undefined) return mapped;
  return { ...mapped, $ref: mapped.$ref.replace("#/components/schemas/", "#/$defs/") };
}
