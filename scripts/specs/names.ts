import type { ApiModel } from "../../generator/model/api-model.js";
import { singular, wordsOf } from "../../generator/model/words.js";

/** What is wrong with the names of methods, counted over operations. */
export interface NameCounts {
  readonly operations: number;
  /** Methods that are called by a bare verb of HTTP: `get` beside a list, `post`, `put`. */
  readonly bareVerbs: readonly string[];
  /** Names of more than 45 letters. */
  readonly tooLong: readonly string[];
  /** Names that repeat the word of their resource. */
  readonly repeated: readonly string[];
  /** Names that end in a number, since others had the better ones. */
  readonly numbered: readonly string[];
}

export function countNames({ operations }: ApiModel): NameCounts {
  const named = operations.map(({ resource, methodName, method, path, policies }) => {
    const full = [...resource, methodName].join(".");
    const words = wordsOf(methodName).map(singular);
    const noun = wordsOf(resource.at(-1) ?? "").map(singular);
    const isBare = /^(post|put|patch|head|options)$/.test(methodName);
    const isBareList = methodName === "get" && policies.pagination !== undefined;
    const at =
      noun.length === 0
        ? -1
        : words.findIndex((_, index) => noun.every((word, offset) => words[index + offset] === word));
    return {
      text: `${full}  (${method} ${path})`,
      methodName,
      isBare: isBare || isBareList,
      isRepeated: at >= 0,
    };
  });
  const pick = (test: (it: (typeof named)[number]) => boolean): string[] =>
    named.filter(test).map(({ text }) => text);
  return {
    operations: operations.length,
    bareVerbs: pick(({ isBare }) => isBare),
    tooLong: pick(({ methodName }) => methodName.length > 45),
    repeated: pick(({ isRepeated }) => isRepeated),
    numbered: pick(({ methodName }) => /[a-z]\d$/.test(methodName)),
  };
}
