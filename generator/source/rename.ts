import { isObject, objectOf } from "../base/json.js";

/** An operation as a naming function sees it: what the spec says of it. */
export interface NamedOperation {
  /** As the spec has it. */
  readonly id?: string;
  /** Upper case. */
  readonly method: string;
  /** The path template, `/tasks/{taskId}`. */
  readonly path: string;
  readonly tags: readonly string[];
  /** Its `x-resource`. */
  readonly resource?: string;
  /** Its `x-method`. */
  readonly name?: string;
}

/**
 * Says where an operation's method stands in the client: its resource (`"teams.members"` is `client.teams.members`) and
 * its name. What it leaves out, or `undefined`, leaves the name to the spec.
 */
export type Naming = (
  operation: NamedOperation,
) => { readonly resource?: string; readonly name?: string } | undefined;

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/** Writes what a naming function says into a bundled document, as `x-resource` and `x-method`. */
export function rename(document: Record<string, unknown>, naming: Naming): void {
  for (const [path, item] of Object.entries(objectOf(document["paths"]))) {
    for (const [method, operation] of Object.entries(objectOf(item))) {
      if (!METHODS.includes(method) || !isObject(operation)) continue;
      const { operationId, tags, "x-resource": resource, "x-method": name } = operation;
      const chosen = naming({
        ...(typeof operationId === "string" ? { id: operationId } : {}),
        method: method.toUpperCase(),
        path,
        tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [],
        ...(typeof resource === "string" ? { resource } : {}),
        ...(typeof name === "string" ? { name } : {}),
      });
      Object.assign(
        operation,
        chosen?.resource === undefined ? {} : { "x-resource": chosen.resource },
        chosen?.name === undefined ? {} : { "x-method": chosen.name },
      );
    }
  }
}
