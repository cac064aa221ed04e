import { nameOf } from "./schema-walk.js";
import type { Schema } from "./schema.js";
import type { PolymorphicBase } from "./variants.js";

/**
 * The schemas that are themselves, with no list or object in between: not even a type alias can say that, and nothing can
 * be said of them.
 */
export function endlessSchemas(
  schemas: ReadonlyMap<string, Schema>,
  bases: ReadonlyMap<string, PolymorphicBase>,
): ReadonlySet<string> {
  const edges = new Map([...schemas].map(([name, schema]) => [name, references(schema, bases)]));
  const found = new Set<string>();
  for (const name of edges.keys()) {
    const seen = new Set<string>();
    const queue = [...(edges.get(name) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...(edges.get(next) ?? []));
    }
    if (seen.has(name)) found.add(name);
  }
  return found;
}

/** What a schema refers to directly. Extensions of a polymorphic base are made of what they share, not of the union. */
function references(schema: Schema, bases: ReadonlyMap<string, PolymorphicBase>): string[] {
  if (typeof schema === "boolean") return [];
  if (schema.$ref !== undefined) return [nameOf(schema.$ref)];
  const parts = (schema.allOf ?? []).filter((part) => {
    return typeof part === "boolean" || part.$ref === undefined || !bases.has(nameOf(part.$ref));
  });
  return [...parts, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((part) => references(part, bases));
}
