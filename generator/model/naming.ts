import type { ModelContext } from "./context.js";
import { stringOf, stringsOf, type JsonObject } from "../base/json.js";
import { camelCase, singular, unique, wordsOf } from "./words.js";

/** Path segments that tell nothing about a resource. */
const PREFIX_SEGMENT = /^(v\d+(\.\d+)*([a-z]+\d*)?|api|rest)$/i;

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

/** Where an operation lives in the client: as the spec says, else by its first tag, else by its path. */
export function resourceOf(operation: JsonObject, path: string): string[] {
  const stated = stringOf(operation["x-resource"]);
  if (stated)
    return stated
      .split(".")
      .map((part) => camelCase(wordsOf(part)))
      .filter(Boolean);
  const [tag] = stringsOf(operation["tags"]);
  const fromTag = camelCase(wordsOf(tag ?? ""));
  if (fromTag !== "") return [fromTag];
  const segment = path
    .split("/")
    .find((part) => part !== "" && !part.includes("{") && !PREFIX_SEGMENT.test(part));
  return [camelCase(wordsOf(segment ?? "")) || "root"];
}

/** Method names, unique within their resource. The first in the spec's order keeps the short name. */
export class MethodNames {
  readonly #taken = new Map<string, Set<string>>();

  nameFor(operation: JsonObject, id: string, resource: readonly string[]): string {
    const key = resource.join(".");
    const taken = this.#taken.get(key) ?? new Set<string>();
    this.#taken.set(key, taken);
    const stated = camelCase(wordsOf(stringOf(operation["x-method"]) ?? ""));
    const words = wordsOf(id);
    const short = camelCase(withoutResource(words, resource));
    const wanted = [stated, short].find((name) => name !== "" && !taken.has(name)) ?? camelCase(words);
    return unique(wanted, taken);
  }
}

/**
 * Drops the resource's own words from a method's name where they stand first or right behind the verb: `listTasks` on
 * `tasks` is `list`, `repos/get` on `repos` is `get`, but `getTeamTasks` keeps its words, since it is about a team.
 */
function withoutResource(words: readonly string[], resource: readonly string[]): readonly string[] {
  const noun = wordsOf(resource.at(-1) ?? "").map(singular);
  const start = [0, 1].find((index) =>
    noun.every((word, offset) => singular(words[index + offset] ?? "") === word),
  );
  if (start === undefined) return words;
  const rest = [...words.slice(0, start), ...words.slice(start + noun.length)];
  return /^\p{L}/u.test(rest[0] ?? "") ? rest : words;
}
