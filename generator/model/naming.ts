import type { ModelContext } from "./context.js";
import { stringOf, type JsonObject } from "../base/json.js";
import type { NamedOperation } from "./named-operation.js";
import { candidates } from "./method-candidates.js";
import { PathShapes } from "./path-shapes.js";
import { TagResources } from "./tag-resources.js";
import { camelCase, unique, wordsOf } from "./words.js";

/** An id for each operation, unique in the document; missing and repeated ones are derived from method and path. */
export class OperationIds {
  readonly #taken = new Set<string>();

  idFor(context: ModelContext, operation: JsonObject, method: string, path: string, at: string): string {
    const stated = stringOf(operation["operationId"])?.trim();
    if (stated && wordsOf(stated).length > 0 && !this.#taken.has(stated)) {
      this.#taken.add(stated);
      return stated;
    }
    const id = unique(derivedId(method, path), this.#taken);
    const message = stated
      ? `The operationId "${stated}" is taken by another operation; this one is called "${id}".`
      : `The operation has no operationId; it is called "${id}".`;
    context.warn("operation-id", at, message, "Give the operation an operationId of its own.");
    return id;
  }
}

/** `GET /users/{id}/posts` is `getUsersByIdPosts`. */
function derivedId(method: string, path: string): string {
  const words = path.split("/").flatMap((segment) => {
    const parameters = segment.replace(/\{([^{}]*)\}/g, " by $1 ");
    return wordsOf(parameters);
  });
  return camelCase([method.toLowerCase(), ...words]);
}

/** Where an operation lives in the client, and what it is called there. */
export interface MethodName {
  readonly resource: readonly string[];
  readonly methodName: string;
}

/**
 * Names for all operations of an API: as the spec says; else by the words of the id, without what its framework and its
 * resource repeat; else by method and path. Within a resource, the shorter path keeps the shorter name, then the first.
 */
export function methodNames(
  operations: readonly NamedOperation[],
  kept: Readonly<Record<string, string>> = {},
): MethodName[] {
  const shapes = new PathShapes(operations.map(({ path }) => path));
  const tags = new TagResources(operations);
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of operations) methods.set(path, (methods.get(path) ?? new Set()).add(method));
  const plans = withOwners(
    operations.map((it) => {
      const shape = shapes.shapeOf(it.path);
      const resource = tags.resourceOf(it, shape);
      const hasPatch = methods.get(it.path)?.has("patch") === true;
      return { it, resource, wanted: candidates(it, resource, shape, hasPatch), keptName: kept[keyOf(it)] };
    }),
  );
  const taken = new Map<string, Set<string>>();
  const result = new Map<NamedOperation, MethodName>();
  const claim = (it: NamedOperation, resource: readonly string[], wanted: readonly string[]): void => {
    const key = resource.join(".");
    const names = taken.get(key) ?? new Set<string>();
    taken.set(key, names);
    const free = wanted.find((name) => !names.has(name)) ?? wanted.at(-1) ?? it.method;
    result.set(it, { resource, methodName: unique(free, names) });
  };
  const rest = plans.filter(({ it, keptName }) => {
    if (keptName === undefined) return true;
    const words = keptName.split(".");
    claim(it, words.slice(0, -1), [words.at(-1) ?? ""]);
    return false;
  });
  const depth = ({ it }: (typeof plans)[number]): number =>
    it.operation["x-method"] === undefined ? it.path.split("/").length : 0;
  for (const { it, resource, wanted } of rest.toSorted((a, b) => depth(a) - depth(b)))
    claim(it, resource, wanted);
  return operations.map((it) => result.get(it) ?? { resource: ["root"], methodName: it.method });
}

interface NamePlan {
  readonly it: NamedOperation;
  readonly resource: readonly string[];
  readonly wanted: readonly string[];
  readonly keptName: string | undefined;
}

/** Of several that want one name and differ by what they belong to, all say it: `listForTeam` beside `listForFile`. */
function withOwners(plans: readonly NamePlan[]): NamePlan[] {
  const rivals = new Map<string, Set<string>>();
  const keyFor = ({ it, resource, wanted }: NamePlan): string =>
    `${resource.join(".")}.${wanted[0]} ${it.path.split("/").length}`;
  for (const plan of plans)
    rivals.set(keyFor(plan), (rivals.get(keyFor(plan)) ?? new Set()).add(plan.it.path));
  return plans.map((plan) => {
    const [first = "", second = ""] = plan.wanted;
    const isOwned = second.startsWith(`${first}For`) && (rivals.get(keyFor(plan))?.size ?? 0) > 1;
    return isOwned ? { ...plan, wanted: plan.wanted.slice(1) } : plan;
  });
}

/** By what a names file keeps the name of an operation. */
export function keyOf({ method, path }: Pick<NamedOperation, "method" | "path">): string {
  return `${method.toUpperCase()} ${path}`;
}
