import { objectOf, pointer, tokensOf, valueAt, type JsonObject } from "../base/json.js";
import type { Diagnostic } from "./diagnostic.js";
import { nearest } from "../base/nearest.js";

/** Reports a problem at a node of the document. */
export type Report = (
  severity: Diagnostic["severity"],
  rule: string,
  pointer: string,
  message: string,
  remedy: string,
) => void;

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/** What `x-pagination` names must exist: its parameters in the query or the body, its members in the answer. */
export function checkPagination(document: JsonObject, report: Report): void {
  for (const [path, item] of Object.entries(objectOf(document["paths"]))) {
    const shared = objectOf(item)["parameters"];
    for (const [method, value] of Object.entries(objectOf(item))) {
      const operation = objectOf(value);
      const pagination = objectOf(operation["x-pagination"]);
      if (!METHODS.includes(method) || Object.keys(pagination).length === 0) continue;
      const at = pointer("/paths", path, method, "x-pagination");
      const fail = (message: string, remedy: string): void =>
        report("error", "pagination-resolves", at, message, remedy);
      const names = [
        ...namesOf(document, shared),
        ...namesOf(document, operation["parameters"]),
        ...bodyMembers(document, operation),
      ];
      for (const key of ["cursorParameter", "pageParameter", "offsetParameter", "limitParameter"]) {
        const name = pagination[key];
        if (typeof name !== "string" || names.includes(name)) continue;
        const near = nearest(name, names);
        fail(
          `x-pagination names the parameter "${name}", which the operation does not have.`,
          near === undefined ? "Declare it." : `Did you mean "${near}"?`,
        );
      }
      const schema = answerOf(document, operation);
      for (const key of ["items", "next", "more"]) {
        const target = pagination[key];
        if (typeof target !== "string" || schema === undefined) continue;
        const missing = missingIn(document, schema, tokensOf(target));
        if (missing)
          fail(
            `x-pagination points to ${target}, but the response has no "${missing.token}".`,
            missing.near === undefined ? "Correct the pointer." : `Did you mean "${missing.near}"?`,
          );
      }
    }
  }
}

function resolved(document: JsonObject, value: unknown): JsonObject {
  let current = objectOf(value);
  for (let hops = 0; typeof current["$ref"] === "string" && hops < 20; hops += 1)
    current = objectOf(valueAt(document, tokensOf(current["$ref"])));
  return current;
}

function namesOf(document: JsonObject, parameters: unknown): string[] {
  if (!Array.isArray(parameters)) return [];
  return parameters
    .map((it) => resolved(document, it))
    .filter((it) => it["in"] === "query")
    .map((it) => String(it["name"]));
}

function bodyMembers(document: JsonObject, operation: JsonObject): string[] {
  const [media] = Object.values(objectOf(resolved(document, operation["requestBody"])["content"]));
  return media === undefined
    ? []
    : membersOf(document, objectOf(media)["schema"]).flatMap((part) => Object.keys(part.properties));
}

/** The schema of the first success that has one. */
function answerOf(document: JsonObject, operation: JsonObject): unknown {
  const [, success] =
    Object.entries(objectOf(operation["responses"])).find(([status]) => status.startsWith("2")) ?? [];
  const [media] = Object.values(objectOf(resolved(document, success)["content"]));
  return objectOf(media)["schema"];
}

interface Part {
  readonly properties: JsonObject;
  readonly items: unknown;
  /** Whether it may have members that it does not name. */
  readonly isOpen: boolean;
}

/** A schema and the parts that it is made of. */
function membersOf(document: JsonObject, schema: unknown, depth = 0): Part[] {
  const own = resolved(document, schema);
  if (depth > 10) return [];
  const parts = ["allOf", "oneOf", "anyOf"].flatMap((key) => (Array.isArray(own[key]) ? own[key] : []));
  const isOpen = own["properties"] === undefined && own["items"] === undefined && parts.length === 0;
  const additional = own["additionalProperties"];
  const self: Part = {
    properties: objectOf(own["properties"]),
    items: own["items"],
    isOpen: isOpen || (additional !== undefined && additional !== false),
  };
  return [self, ...parts.flatMap((part) => membersOf(document, part, depth + 1))];
}

function missingIn(
  document: JsonObject,
  schema: unknown,
  tokens: readonly string[],
): { token: string; near: string | undefined } | undefined {
  let current = schema;
  for (const token of tokens) {
    const parts = membersOf(document, current);
    const list = parts.find(({ items }) => items !== undefined);
    const owner = parts.find(({ properties }) => Object.hasOwn(properties, token));
    if (/^(-1|\d+)$/.test(token) && list) current = list.items;
    else if (owner) current = owner.properties[token];
    else if (parts.length === 0 || parts.some(({ isOpen }) => isOpen)) return undefined;
    else
      return {
        token,
        near: nearest(
          token,
          parts.flatMap(({ properties }) => Object.keys(properties)),
        ),
      };
  }
  return undefined;
}
