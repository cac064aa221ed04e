import { isPlural, singular, wordsOf } from "./words.js";

/** Path segments that tell nothing about a resource. */
const PREFIX_SEGMENT = /^(v\d+([._]\d+)*([a-z]+\d*)?|api|rest|public|\d+([._]\d+)*|\d{4}-\d\d-\d\d)$/i;

/** What a path is about, as far as its shape tells. */
export interface PathShape {
  /** The names of collections and single things on the way, as lists of words, outermost first. */
  readonly nouns: readonly (readonly string[])[];
  /** `item`: one of the last noun, by its id; `collection`: all of them; `single`: the only one there is. */
  readonly kind: "item" | "collection" | "single";
  /** Whether single ones are named by their id below the collection. */
  readonly hasItems: boolean;
  /** What is done at the end of the path, such as `activate` in `/users/{id}/activate`. */
  readonly action: readonly string[];
}

/** Tells the shapes of the paths of one API. */
export class PathShapes {
  readonly #prefix: number;
  /** Paths up to a segment that a parameter follows somewhere, parameters without their names. */
  readonly #collections = new Set<string>();
  /** Paths up to a segment that others stand below. */
  readonly #parents = new Set<string>();

  constructor(paths: readonly string[]) {
    const all = paths.map(segmentsOf);
    this.#prefix = sharedPrefix(all);
    for (const segments of all) {
      segments.forEach((segment, index) => {
        const at = keyOf(segments.slice(0, index));
        if (index > 0) this.#parents.add(at);
        if (isParameter(segment)) this.#collections.add(at);
      });
    }
  }

  shapeOf(path: string): PathShape {
    const all = segmentsOf(path);
    let start = Math.min(this.#prefix, all.length);
    while (
      start < all.length - 1 &&
      (PREFIX_SEGMENT.test(all[start] ?? "") || (isParameter(all[start] ?? "") && start < this.#prefix))
    )
      start += 1;
    const rest = all.slice(start);
    const last = rest.at(-1) ?? "";
    const statics = rest
      .map((segment, index) => ({ segment, index }))
      .filter(({ segment }) => !isParameter(segment) && !PREFIX_SEGMENT.test(segment));
    const lastStatic = statics.at(-1);
    const isItem = isParameter(last);
    const isNoun = (index: number): boolean => this.#isNoun(all, start + index);
    const endsInAction =
      !isItem && lastStatic !== undefined && statics.length > 1 && !isNoun(lastStatic.index);
    const nouns = (endsInAction ? statics.slice(0, -1) : statics)
      .map(({ segment }) => wordsOf(segment))
      .filter((words) => words.length > 0);
    const action = endsInAction ? wordsOf(lastStatic.segment) : [];
    const before = endsInAction ? rest[lastStatic.index - 1] : last;
    const noun = nouns.at(-1)?.at(-1) ?? "";
    const hasItems = this.#collections.has(
      keyOf(all.slice(0, endsInAction ? start + lastStatic.index : undefined)),
    );
    const isMany = isPlural(noun) || hasItems;
    return {
      nouns,
      kind: isParameter(before ?? "") ? "item" : isMany ? "collection" : "single",
      hasItems,
      action,
    };
  }

  /** Whether a segment names things: it is a plural, has things by their ids, or others below it. */
  #isNoun(segments: readonly string[], index: number): boolean {
    const at = keyOf(segments.slice(0, index + 1));
    const word = wordsOf(segments[index] ?? "").at(-1) ?? "";
    return isPlural(word) || this.#collections.has(at) || this.#parents.has(at);
  }
}

/** How many segments at the start all paths have in common; the last word of none of them. */
function sharedPrefix(all: readonly (readonly string[])[]): number {
  const [first = [], ...others] = all;
  if (others.length < 3) return 0;
  const shortest = Math.min(...all.map(({ length }) => length)) - 1;
  let count = 0;
  while (count < shortest && others.every((segments) => segments[count] === first[count])) count += 1;
  return count;
}

/** A path's segments, without the file extension that some put to the last. */
function segmentsOf(path: string): string[] {
  return path
    .replace(/[?#].*$/, "")
    .replace(/\.(json|xml|php|aspx?)$/i, "")
    .split("/")
    .filter(Boolean);
}

function isParameter(segment: string): boolean {
  return segment.includes("{");
}

function keyOf(segments: readonly string[]): string {
  return segments.map((segment) => (isParameter(segment) ? "{}" : segment)).join("/");
}

/** All words of a path, in the singular: what an id says that only spells the path. */
export function pathWords(path: string): Set<string> {
  return new Set(wordsOf(path.replace(/[{}]/g, " ")).map(singular));
}
