import { stringOf } from "../base/json.js";
import { cleanId, VERBS, withoutResource } from "./id-words.js";
import type { NamedOperation } from "./named-operation.js";
import { pathWords, type PathShape } from "./path-shapes.js";
import { camelCase, singular, wordsOf } from "./words.js";

/** Names longer than this are not what a person would write. */
const MAX_LETTERS = 45;
/** Words longer than this are several that nothing separates. */
const MAX_WORD = 16;

/** The names that an operation may have on its resource, the best first. */
export function candidates(
  { id, method, path, operation }: NamedOperation,
  resource: readonly string[],
  shape: PathShape,
  hasPatch: boolean,
): string[] {
  const stated = camelCase(wordsOf(stringOf(operation["x-method"]) ?? ""));
  const words = cleanId(id, method, path, resource);
  const owners = new Set(shape.nouns.slice(0, -1).flatMap((noun) => noun.map(singular)));
  const short = withoutResource(words, resource, owners);
  const byShape = shapeNames(method, resource, shape, hasPatch);
  const byId = idNames(method, words, short, shape);
  const home = wordsOf(resource.at(-1) ?? "")
    .map(singular)
    .join(" ");
  const isNounAlone = words.map(singular).join(" ") === home && !VERBS.has(home);
  const [shortest = "", ...rest] = byId;
  const isTold = isTelling(words, short, method, path) && !isNounAlone;
  // A second name is sought by shape first, since the id's whole says the resource again.
  const isHome = shape.nouns.at(-1)?.map(singular).join(" ") === home;
  const second = isHome ? [...byShape, ...rest] : [...rest, ...byShape];
  const all = isTold ? [shortest, ...second] : [...byShape, ...byId];
  const named = [stated, ...all].filter((name) => /^[\p{L}_$]/u.test(name));
  const brief = named.filter((name) => name.length <= MAX_LETTERS);
  return [...new Set(brief.length > 0 ? brief : [...named].sort((a, b) => a.length - b.length))];
}

/** Whether an id says more than its method and path do. */
function isTelling(
  words: readonly string[],
  short: readonly string[],
  method: string,
  path: string,
): boolean {
  if (words.length === 0 || words.some((word) => word.length > MAX_WORD)) return false;
  return !isSpelledPath(words, method, path) && !isBareMethod(short);
}

/** Whether an id only spells its method and path, as tools do that have nothing else to make one of. */
function isSpelledPath([verb = "", ...words]: readonly string[], method: string, path: string): boolean {
  const inPath = pathWords(path);
  const isEmpty = (word: string): boolean => /^(by|id|and|of|for|the|a|v\d+|api\d*|\d+)$/.test(word);
  return verb === method && words.every((word) => inPath.has(singular(word)) || isEmpty(word));
}

/** A method of HTTP that is no verb of its own; `get` and `delete` say what they do. */
function isBareMethod(words: readonly string[]): boolean {
  return words.length === 1 && /^(post|put|patch|head|options)$/.test(words[0] ?? "");
}

function idNames(
  method: string,
  words: readonly string[],
  short: readonly string[],
  shape: PathShape,
): string[] {
  // `getCustomers` is the list, which has a name of its own beside the one that gets one customer.
  const isList = method === "get" && shape.kind === "collection" && shape.action.length === 0;
  const isVerb = /^(get|find|fetch|read)$/.test(short.join(""));
  const isOne =
    method === "get" && shape.kind === "item" && shape.action.length === 0 && short.join("") === "list";
  const name = isList && isVerb ? ["list"] : short;
  return [
    camelCase(name),
    ...(isOne ? ["get"] : []),
    ...(method === "patch" && short[0] === "update" ? [camelCase(["partial", ...short])] : []),
    camelCase(words),
  ].filter((text) => text !== "");
}

/** Names by method and path: `list`, or `listForTeam` where that is taken. */
function shapeNames(
  method: string,
  resource: readonly string[],
  shape: PathShape,
  hasPatch: boolean,
): string[] {
  const noun = shape.nouns.at(-1) ?? [];
  const home = wordsOf(resource.at(-1) ?? "")
    .map(singular)
    .join(" ");
  const isHome = noun.map(singular).join(" ") === home;
  const name = isHome ? nameOf(method, [], shape, hasPatch) : nameOf(method, noun, shape, hasPatch);
  const owners = shape.nouns
    .slice(0, -1)
    .reverse()
    .map((words) => words.map(singular))
    .filter((words) => words.join(" ") !== home);
  const [near] = owners;
  return [
    name,
    ...(near ? [[...name, "for", ...near]] : []),
    ...(owners.length > 1 ? [[...name, "for", ...owners.flat()]] : []),
  ].map(camelCase);
}

/** `list` and its like, `cancelRun` for `POST …/runs/{id}/cancel`, `getAvatar` for `GET …/avatar`. */
function nameOf(method: string, noun: readonly string[], shape: PathShape, hasPatch: boolean): string[] {
  const { action, kind, hasItems } = shape;
  const one = [...noun.slice(0, -1), ...noun.slice(-1).map(singular)];
  const verb =
    action.length > 0 ? verbOf(method, "single", false, true) : verbOf(method, kind, hasItems, hasPatch);
  if (action.length === 0) {
    const isMany = kind === "collection" && /^(list|deleteAll|replace)$/.test(verb);
    return [...wordsOf(verb), ...(isMany ? noun : one)];
  }
  if (method === "post") return action.length > 1 ? [...action] : [...action, ...one];
  const set = verb === "replace" ? "set" : verb;
  return action[0] === set ? [...action] : [set, ...one, ...action];
}

function verbOf(method: string, kind: PathShape["kind"], hasItems: boolean, hasPatch: boolean): string {
  switch (method) {
    case "get":
      return kind === "collection" ? "list" : "get";
    case "post":
      return kind === "item" ? "update" : "create";
    case "put":
      return hasPatch || (kind === "collection" && hasItems) ? "replace" : "update";
    case "patch":
      return "update";
    case "delete":
      return kind === "collection" && hasItems ? "deleteAll" : "delete";
    case "head":
      return "check";
    default:
      return method;
  }
}
