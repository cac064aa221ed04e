/** Names as lists of words, so that `listTasks`, `list-tasks` and `ListTasks` are one thing. */

/** The words of a name, lower case: `listTeamMembers` gives `list team members`, `HTTPError2` gives `http error2`. */
export function wordsOf(name: string): string[] {
  return name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "") // accents that NFKD has split off
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
}

export function camelCase(words: readonly string[]): string {
  return words.map((word, index) => (index === 0 ? word : capitalized(word))).join("");
}

export function pascalCase(words: readonly string[]): string {
  return words.map(capitalized).join("");
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A plain English singular, good enough to see that `listTasks` is about `tasks`. */
export function singular(word: string): string {
  if (/(ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(ches|shes|xes|ses|zes)$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") ? word.slice(0, -1) : word;
}

/** The name, or the first of name2, name3 … that is not taken yet; the result is taken from then on. */
export function unique(name: string, taken: Set<string>, key: (name: string) => string = (it) => it): string {
  let result = name;
  for (let count = 2; taken.has(key(result)); count += 1) result = `${name}${count}`;
  taken.add(key(result));
  return result;
}
