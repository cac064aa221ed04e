import { nameOf } from "../../model/schema-walk.js";
import type { Schema, SchemaObject } from "../../model/schema.js";

type Schemas = ReadonlyMap<string, Schema>;

/** A schema with references followed; `undefined` for `true` and `false`. */
export function resolved(schema: Schema | undefined, schemas: Schemas): SchemaObject | undefined {
  let current = schema;
  for (let depth = 0; typeof current === "object" && current.$ref !== undefined && depth < 20; depth += 1) {
    current = schemas.get(nameOf(current.$ref));
  }
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
  if (!own || depth > 20) return [];
  return [own, ...(own.allOf ?? []).flatMap((part) => partsOf(part, schemas, depth + 1))];
}
