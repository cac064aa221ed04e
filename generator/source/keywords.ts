/** Which members of an OpenAPI document are keywords, which are names, and which hold data. */

/** Keywords whose values are maps: the keys in them are names, so that a response may be called `default`. */
const MAPS = new Set([
  "$defs",
  "additionalOperations",
  "callbacks",
  "components",
  "content",
  "definitions",
  "dependentSchemas",
  "encoding",
  "headers",
  "links",
  "mediaTypes",
  "parameters",
  "pathItems",
  "paths",
  "patternProperties",
  "properties",
  "requestBodies",
  "responses",
  "schemas",
  "securitySchemes",
  "variables",
  "webhooks",
  "x-webhooks",
]);

/** Keywords whose values are data, in which nothing is a reference or an extension. */
const DATA = new Set(["const", "dataValue", "default", "enum", "example", "x-example", "x-examples"]);

type Json = Record<string, unknown>;

/** An object of a document whose members are keywords. */
export interface KeywordObject<Scope> {
  readonly value: Json;
  /** The member names on the way to it. */
  readonly at: readonly string[];
  /** Whether it is, or stands in, an extension (`x-`). */
  readonly isExtension: boolean;
  readonly scope: Scope;
}

/**
 * Visits each object of a document in its order, but not data. What the visitor gives back is the scope of the objects
 * within. A map is visited too, since a reference may stand in its place; `isMap` tells it apart.
 */
export function visitObjects<Scope>(
  root: unknown,
  scope: Scope,
  visit: (object: KeywordObject<Scope>, isMap: boolean) => Scope,
): void {
  const walk = (
    value: unknown,
    at: readonly string[],
    isMap: boolean,
    isExtension: boolean,
    outer: Scope,
  ): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      value.forEach((item, index) => walk(item, [...at, String(index)], false, isExtension, outer));
      return;
    }
    const object = value as Json; // JSON has no other objects
    const inner = visit({ value: object, at, isExtension, scope: outer }, isMap);
    for (const [key, member] of Object.entries(object)) {
      if (isMap) walk(member, [...at, key], at.length === 1 && at[0] === "components", isExtension, inner);
      else if (key === "examples")
        for (const [name, example] of examplesOf(member))
          walk(example, [...at, key, name], false, isExtension, inner);
      else if (!DATA.has(key))
        walk(member, [...at, key], MAPS.has(key), isExtension || key.startsWith("x-"), inner);
    }
  };
  walk(root, [], false, false, scope);
}

/** Example Objects that are references; all else under `examples` is data. */
function examplesOf(examples: unknown): [string, unknown][] {
  if (typeof examples !== "object" || examples === null || Array.isArray(examples)) return [];
  return Object.entries(examples).filter(([, example]) => typeof example?.["$ref"] === "string");
}
