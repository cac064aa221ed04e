import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";

import type { Location } from "./diagnostic.js";
import { isJson } from "./parse.js";
import { decoded, placeOf } from "./places.js";

/** The files of a spec, by absolute path. */
export type SpecFiles = ReadonlyMap<string, { readonly text: string; readonly value: unknown }>;

/**
 * Finds where a node of the bundled document stands in the files that it was made of. A pointer is followed from the
 * root file through the references between files; what the bundler moved to `components` is found by its file's name.
 */
export class Locator {
  readonly #root: string;
  readonly #files: SpecFiles;
  /** Syntax trees are made once for each file, and only for files in which something has to be found. */
  readonly #finders = new Map<string, Finder>();

  constructor(root: string, files: SpecFiles) {
    this.#root = root;
    this.#files = files;
  }

  locate(pointer: string): Location | undefined {
    const tokens = tokensOf(pointer);
    const start = this.#startFor(tokens);
    return start === undefined ? undefined : this.#follow(start.file, start.within, start.rest);
  }

  /** Where a node stands that is named by its own file and the member names in it. */
  locateIn(file: string, tokens: readonly string[]): Location | undefined {
    return this.#position(file, tokens);
  }

  /** The file in which a pointer's way begins: the root, or the file that a moved component came from. */
  #startFor(tokens: readonly string[]): { file: string; within: string[]; rest: string[] } | undefined {
    const root = this.#files.get(this.#root);
    if (!root) return undefined;
    const [first, kind, name] = tokens;
    if (first !== "components" || kind === undefined || name === undefined)
      return { file: this.#root, within: [], rest: [...tokens] };
    if (memberOf(memberOf(memberOf(root.value, first), kind), name) !== undefined) {
      return { file: this.#root, within: [], rest: [...tokens] };
    }
    const file = [...this.#files.keys()].find((path) => baseName(path) === name);
    return file === undefined
      ? { file: this.#root, within: [], rest: [] }
      : { file, within: [], rest: tokens.slice(3) };
  }

  #follow(file: string, within: readonly string[], rest: readonly string[]): Location | undefined {
    let at = [...within];
    let current = file;
    let value = this.#valueAt(current, at);
    for (const token of [...rest, undefined]) {
      // A reference that is itself asked for is not followed.
      const mostHops = token === "$ref" ? 0 : 20;
      for (let hops = 0; hops < mostHops; hops += 1) {
        const reference = memberOf(value, "$ref");
        // The last node is told where it is referred to, unless it is another file's.
        if (typeof reference !== "string") break;
        const [path = "", fragment = ""] = reference.split("#");
        const next = path === "" ? current : placeOf(current, path);
        if (!this.#files.has(next) || (token === undefined && next === current)) break;
        current = next;
        at = tokensOf(fragment);
        value = this.#valueAt(current, at);
      }
      if (token === undefined) break;
      const member = memberOf(value, token);
      if (member === undefined) break;
      at.push(token);
      value = member;
    }
    return this.#position(current, at);
  }

  #valueAt(file: string, tokens: readonly string[]): unknown {
    return tokens.reduce<unknown>(memberOf, this.#files.get(file)?.value);
  }

  #position(file: string, tokens: readonly string[]): Location | undefined {
    const text = this.#files.get(file)?.text;
    if (text === undefined) return undefined;
    const find = this.#finders.get(file) ?? (isJson(text) ? jsonFinder(text) : yamlFinder(text));
    this.#finders.set(file, find);
    return { file, ...find(tokens), pointer: tokens.map((token) => `/${escapeToken(token)}`).join("") };
  }
}

type Finder = (tokens: readonly string[]) => { line: number; column: number };

function jsonFinder(text: string): Finder {
  const tree = parseTree(text);
  const starts = lineStarts(text);
  return (tokens) => {
    let node = tree;
    for (const token of tokens) {
      const next = node && findNodeAtLocation(node, [node.type === "array" ? Number(token) : token]);
      if (!next) break;
      node = next;
    }
    // A member is told by its name, which stands before its value.
    const owner = node?.parent?.type === "property" ? node.parent : node;
    return positionIn(starts, owner?.offset ?? 0);
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function positionIn(starts: readonly number[], offset: number): { line: number; column: number } {
  const line = starts.findLastIndex((start) => start <= offset);
  return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
}

function yamlFinder(text: string): Finder {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return (tokens) => {
    const { line, col } = lines.linePos(yamlOffset(document.contents, tokens));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
}

function yamlOffset(contents: Node | null, tokens: readonly string[]): number {
  let node: unknown = contents;
  let offset = startOf(contents) ?? 0;
  for (const token of tokens) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === token);
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(token)];
      if (item === undefined) break;
      offset = startOf(item) ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return typeof node === "object" && node !== null && "range" in node ? (node as Node).range?.[0] : undefined;
}

function memberOf(value: unknown, token: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
  return (value as Record<string, unknown>)[token]; // an own member of an object or array
}

function baseName(path: string): string {
  return (path.split("/").at(-1) ?? "").replace(/\.(ya?ml|json)$/, "");
}

/** The reference tokens of a JSON Pointer or of a reference's fragment. */
export function tokensOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((token) => decoded(token).replaceAll("~1", "/").replaceAll("~0", "~"));
}

function escapeToken(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}
