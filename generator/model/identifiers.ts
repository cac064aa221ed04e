import { camelCase, pascalCase, unique, wordsOf } from "./words.js";

/** Words that can name nothing in a module: ECMAScript 2025, section 12.7.2, in strict mode. */
const RESERVED = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined var void while with yield"
  ).split(" "),
);

/** A valid identifier in camelCase; a reserved word or a leading digit is made valid. */
export function valueIdentifier(name: string, suffix: string): string {
  const identifier = camelCase(wordsOf(name).map(ascii).filter(Boolean));
  if (identifier === "") return suffix;
  if (/^\d/.test(identifier)) return `_${identifier}`;
  return RESERVED.has(identifier)
    ? `${identifier}${suffix.charAt(0).toUpperCase()}${suffix.slice(1)}`
    : identifier;
}

/** A valid type name in PascalCase; one that already is stays as it is. */
export function typeIdentifier(name: string): string {
  if (/^[A-Z][A-Za-z0-9]*$/.test(name)) return name;
  const identifier = pascalCase(wordsOf(name).map(ascii).filter(Boolean));
  if (identifier === "") return "Unnamed";
  return /^\d/.test(identifier) ? `_${identifier}` : identifier;
}

/** Other scripts are valid in identifiers, but not every tool copes: they are told apart by code point. */
function ascii(word: string): string {
  return word.replace(/[^A-Za-z0-9]/g, (character) => `u${character.codePointAt(0)?.toString(16) ?? ""}`);
}

/** Gives out names that differ from each other and from those reserved. */
export class Namespace {
  readonly #reserved: ReadonlySet<string>;
  readonly #taken: Set<string>;

  constructor(reserved: Iterable<string> = []) {
    this.#reserved = new Set(reserved);
    this.#taken = new Set(this.#reserved);
  }

  /** The wanted name; with the suffix where it is reserved, with a number where another has it. */
  claim(wanted: string, suffix = ""): string {
    return unique(this.#reserved.has(wanted) ? `${wanted}${suffix}` : wanted, this.#taken);
  }
}
