import { singular, wordsOf } from "./words.js";

/** The words of an id, the verb first, without what the framework that made it adds to each. */
export function cleanId(id: string, method: string, path: string, resource: readonly string[]): string[] {
  const all = withoutClass(wordsOf(withoutOwner(withoutTail(id, method, path))), resource);
  const words = all.length > 2 && /^(api|rest)$/.test(all[0] ?? "") ? all.slice(1) : all;
  const plain =
    words.length > 1 && /^(method|endpoint|handler)$/.test(words.at(-1) ?? "") ? words.slice(0, -1) : words;
  return verbFirst(withoutParameter(plain, path));
}

/** What stands before the last separator says whose the operation is, where a verb and more follows: `Lock_GetLock`. */
function withoutOwner(id: string): string {
  const own = id.split(/[_./:]/).at(-1) ?? id;
  const words = wordsOf(own);
  return own !== id && words.length > 1 && VERBS.has(words[0] ?? "") ? own : id;
}

/** `getClaimByClaimNumber` says by its signature what it is got by. */
function withoutParameter(words: readonly string[], path: string): readonly string[] {
  const at = words.lastIndexOf("by");
  if (at < 1 || at === words.length - 1) return words;
  const tail = words.slice(at + 1).join("");
  const names = [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name = ""]) => wordsOf(name).join(""));
  return names.includes(tail) ? words.slice(0, at) : words;
}

/** `circuits_terminations_list` is `list circuits terminations`, and a partial update is an update. */
function verbFirst(words: readonly string[]): string[] {
  const whole = words
    .join(" ")
    .replace(/ partial update$/, " update")
    .split(" ");
  const [verb = ""] = whole.slice(-1);
  if (whole.length < 2 || VERBS.has(whole[0] ?? "") || !LAST_VERBS.test(verb)) return whole;
  const isBulk = whole.at(-2) === "bulk" && whole.length > 2;
  return isBulk ? ["bulk", verb, ...whole.slice(0, -2)] : [verb, ...whole.slice(0, -1)];
}

/** Verbs that frameworks put to the end. */
const LAST_VERBS = /^(list|read|create|update|delete|get|destroy|retrieve|add|remove|search|find)$/;

/** FastAPI's ids are the function's name, the path and the method: `read_item_items__item_id__get`. */
function withoutTail(id: string, method: string, path: string): string {
  const segments = path.split("/");
  // The path may be mounted below another, which the id does not know of.
  for (let from = 0; from < segments.length; from += 1) {
    const spelled = `/${segments
      .slice(from)
      .filter((part, index) => part !== "" || index > 0)
      .join("/")}`;
    const tail = `${spelled}_${method}`.replace(/\W/g, "_");
    if (tail.length > method.length + 2 && id.endsWith(tail) && id.length > tail.length)
      return id.slice(0, -tail.length);
  }
  return id;
}

/** NestJS's and .NET's ids begin with the class: `CatsController_getAll`. */
function withoutClass(words: readonly string[], resource: readonly string[]): string[] {
  const at = words.findIndex((word) => word === "controller");
  if (at >= 0 && at < words.length - 1 && at <= 3) return words.slice(at + 1);
  const home = wordsOf(resource.at(-1) ?? "");
  return words.length > home.length + 1 &&
    home.every((word, index) => words[index] === word) &&
    words[home.length] === "service"
    ? words.slice(home.length + 1)
    : [...words];
}

/** Verbs that ids begin with; behind them stands what the verb is about. */
export const VERBS: ReadonlySet<string> = new Set(
  (
    "accept activate add all approve archive assign attach authorize batch bulk cancel change check clear clone close complete confirm " +
    "connect copy count create deactivate decline delete deploy describe destroy detach disable disconnect download duplicate edit " +
    "enable execute export fetch find finish generate get grant head import index install invite invoke is issue join leave link " +
    "list load lock login logout make mark merge modify move patch pause perform ping post preview publish purge put query read " +
    "receive redeliver refresh refund register reject release remove rename render reopen replace request resend reset resolve restart " +
    "restore resume retrieve retry revoke rotate run save schedule search send set share show sign start stop store submit subscribe " +
    "suspend sync test toggle track transfer trigger unarchive unassign unlink unlock unpublish unsubscribe update upload upsert " +
    "validate verify view void watch write"
  ).split(" "),
);

const PREPOSITIONS = /^(to|from|for|in|of|on|by|with|at|a|an|the|as)$/;

/**
 * Drops the resource's own words from a method's name where they say nothing new: at the start, right behind the verb,
 * or after a preposition at the end. `listTasks` on `tasks` is `list`, `repos/get` on `repos` is `get`, and
 * `assignRoleToUser` on `users` is `assignRole`. `getTeamTasks` on `tasks` keeps its words, since it is about a team, and
 * so does `asyncSearchGet` on `search`, where the word is part of another name.
 */
export function withoutResource(
  words: readonly string[],
  resource: readonly string[],
  owners: ReadonlySet<string> = new Set(),
): readonly string[] {
  const all = resource.flatMap((name) => wordsOf(name).map(singular));
  const last = wordsOf(resource.at(-1) ?? "").map(singular);
  // On `teams.members`, both `listTeamMembers` and `listMembers` are `list`.
  for (const noun of resource.length > 1 ? [all, last] : [last]) {
    const rest = withoutNoun(words, noun, owners);
    // Some say it twice: `circuits_circuit-terminations_list`.
    if (rest !== words) return rest.length > 2 ? withoutNoun(rest, noun, owners) : rest;
  }
  return words;
}

function withoutNoun(
  words: readonly string[],
  noun: readonly string[],
  owners: ReadonlySet<string>,
): readonly string[] {
  if (noun.length === 0) return words;
  const isAt = (index: number): boolean =>
    noun.every((word, offset) => singular(words[index + offset] ?? "") === word);
  if (isAt(0)) return kept(words.slice(noun.length), words);
  const [verb = "", second = ""] = words;
  if (verb === "bulk" && VERBS.has(second)) {
    const inner = withoutNoun(words.slice(1), noun, owners);
    return inner.length === words.length - 1 ? words : [verb, ...inner];
  }
  const last = words.length - noun.length;
  if (!VERBS.has(verb)) return withoutEnd(words, last, isAt);
  if (isAt(1)) return kept([verb, ...words.slice(1 + noun.length)], words);
  if (isAt(2) && PREPOSITIONS.test(second)) return kept([verb, ...words.slice(2 + noun.length)], words);
  if (isAt(2) && ADJECTIVES.has(second)) return [verb, second, ...words.slice(2 + noun.length)];
  const middle = words.slice(1, last);
  // `retrieveProjectRole` on `roles` is `retrieveForProject`, since there are projects.
  if (middle.length > 0 && isAt(last) && middle.every((word) => owners.has(singular(word))))
    return [verb, "for", ...middle.map(singular)];
  return withoutEnd(words, last, isAt);
}

/** Without the noun at the end where a preposition leads to it. */
function withoutEnd(
  words: readonly string[],
  last: number,
  isAt: (index: number) => boolean,
): readonly string[] {
  let end = last;
  while (end > 1 && PREPOSITIONS.test(words[end - 1] ?? "")) end -= 1;
  return end > 1 && end < last && isAt(last) ? words.slice(0, end) : words;
}

/** Words before a noun that say which of it are meant, and are no things themselves. */
const ADJECTIVES = new Set(
  (
    "active all archived available bulk closed complete current custom default deleted detailed direct draft enabled existing " +
    "expired external failed featured filtered final first full global hidden initial internal invalid last latest linked local " +
    "main many missing multiple my new next old open optional own paid pending popular previous primary private public " +
    "published random recent related remote scheduled selected several shared similar simple single specific standard sub top " +
    "trending unpublished unread unused upcoming valid welcome"
  ).split(" "),
);

function kept(rest: readonly string[], words: readonly string[]): readonly string[] {
  return /^\p{L}/u.test(rest[0] ?? "") ? rest : words;
}
