/** Names as lists of words, so that `listTasks`, `list-tasks` and `ListTasks` are one thing. */

/** The words of a name, lower case: `listTeamMembers` gives `list team members`, `HTTPError2` gives `http error2`. */
export function wordsOf(name: string): string[] {
  return name
    .normalize("NFC")
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(/[^\p{L}\p{M}\p{N}]+/u)
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

/** Words that end like a plural and are none, or have a singular of their own. */
const IRREGULAR: Readonly<Record<string, string>> = {
  aliases: "alias",
  analyses: "analysis",
  aws: "aws",
  canvases: "canvas",
  children: "child",
  cookies: "cookie",
  dns: "dns",
  https: "https",
  indices: "index",
  kubernetes: "kubernetes",
  lenses: "lens",
  matrices: "matrix",
  media: "media",
  movies: "movie",
  news: "news",
  people: "person",
  series: "series",
  sms: "sms",
  tls: "tls",
  vertices: "vertex",
};

/** A plain English singular, good enough to see that `listTasks` is about `tasks`. */
export function singular(word: string): string {
  const irregular = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  if (irregular !== undefined) return irregular;
  if (/(ss|us|is)$/.test(word) || word.length < 4) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(ches|shes|xes|sses|zzes|(stat|vir|bon|cens|camp)uses)$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") ? word.slice(0, -1) : word;
}

/** Whether a word is a plural, as far as its form tells. */
export function isPlural(word: string): boolean {
  return singular(word) !== word;
}

/** The name, or the first of name2, name3 … that is not taken yet; the result is taken from then on. */
export function unique(name: string, taken: Set<string>, key: (name: string) => string = (it) => it): string {
  let result = name;
  for (let count = 2; taken.has(key(result)); count += 1) result = `${name}${count}`;
  taken.add(key(result));
  return result;
}
