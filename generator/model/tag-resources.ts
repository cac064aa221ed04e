import { stringOf, stringsOf } from "../base/json.js";
import type { NamedOperation } from "./named-operation.js";
import type { PathShape } from "./path-shapes.js";
import { camelCase, wordsOf } from "./words.js";

/** Tags of more operations than this that stand alone tell nothing. */
const MANY = 20;

/** The resources that tags make. */
export class TagResources {
  readonly #prefix: readonly string[];
  readonly #isTelling: boolean;

  constructor(operations: readonly NamedOperation[]) {
    const tags = [...new Set(operations.map(({ operation }) => stringsOf(operation["tags"])[0] ?? ""))];
    this.#isTelling = tags.length > 1 || operations.length <= MANY;
    this.#prefix = sharedWords(tags.filter((tag) => tag !== "").map(wordsOf));
  }

  resourceOf({ id, operation }: NamedOperation, shape: PathShape): string[] {
    const stated = stringOf(operation["x-resource"]);
    const parts = stated?.split(".").map((part) => camelCase(wordsOf(part))) ?? [];
    if (parts.some(Boolean)) return parts.filter(Boolean);
    const words = wordsOf(stringsOf(operation["tags"])[0] ?? "").slice(this.#prefix.length);
    const fromTag = camelCase(words.length > 1 && words.at(-1) === "controller" ? words.slice(0, -1) : words);
    if (fromTag !== "" && this.#isTelling) return [fromTag];
    const fromClass = /^(\w+?)Controller[_.]/.exec(id)?.[1];
    if (fromClass !== undefined) return [camelCase(wordsOf(fromClass))];
    const nested = shape.nouns
      .slice(0, 3)
      .map(camelCase)
      .filter((name) => name !== "");
    return nested.length > 0 ? nested : ["root"];
  }
}

/** The words that all lists begin with, where each goes on after them. */
function sharedWords(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists;
  if (others.length === 0) return [];
  let count = 0;
  const most = Math.min(...lists.map(({ length }) => length)) - 1;
  while (count < most && others.every((words) => words[count] === first[count])) count += 1;
  return first.slice(0, count);
}
