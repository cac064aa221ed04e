import type { NamedSchema } from "./api-model.js";
import { nameOf } from "./schema-walk.js";
import type { Schema } from "./schema.js";

/**
 * The schemas that contain themselves without an object in between, such as JSON itself: a list of itself or a text.
 * As members of an interface they would be circular; as type aliases they are not.
 */
export function recursiveSchemas(schemas: readonly NamedSchema[]): ReadonlySet<string> {
  return selfReaching(schemas, true);
}

/** The schemas that are themselves: not even an alias can say that, and nothing can be said of them. */
export function endlessSchemas(schemas: readonly NamedSchema[]): ReadonlySet<string> {
  return selfReaching(schemas, false);
}

function selfReaching(schemas: readonly NamedSchema[], isThroughLists: boolean): Set<string> {
  const edges = new Map(schemas.map(({ name, schema }) => [name, directReferences(schema, isThroughLists)]));
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

/** The names that a schema refers to with no object in between. */
function directReferences(schema: Schema, isThroughLists: boolean): string[] {
  if (typeof schema === "boolean") return [];
  if (schema.$ref !== undefined) return [nameOf(schema.$ref)];
  const lists = isThroughLists
    ? [...(schema.prefixItems ?? []), ...(schema.items === undefined ? [] : [schema.items])]
    : [];
  const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...lists];
  return parts.flatMap((part) => directReferences(part, isThroughLists));
}
