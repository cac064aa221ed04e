import { relative, dirname } from "node:path";
import { pathToFileURL } from "node:url";

import { nearest } from "../base/nearest.js";
import { SpecError, type Diagnostic } from "./diagnostic.js";
import { visitObjects } from "./keywords.js";
import { Locator, tokensOf, type SpecFiles } from "./locate.js";
import { parseText } from "./parse.js";
import { decoded, isUrl, placeOf } from "./places.js";

/** A reference in a file. */
interface Reference {
  readonly file: string;
  /** The object that holds it, and where that stands. */
  readonly holder: Record<string, unknown>;
  readonly at: readonly string[];
  readonly keyword: "$ref" | "$dynamicRef";
  readonly target: string;
  /** The schema resource that it stands in. */
  readonly resource: Resource;
  readonly isExtension: boolean;
}

/** A document or a schema with an `$id`: what a URI names (JSON Schema 2020-12, section 8.2). */
interface Resource {
  readonly uri: string;
  readonly file: string;
  readonly at: readonly string[];
}

interface Target {
  readonly file: string;
  readonly at: readonly string[];
}

type FileMap = Map<string, { text: string; value: unknown }>;

/** The text of a file of the spec. @throws SpecError. */
export type ReadText = (file: string) => string | Promise<string>;

/**
 * Reads every file that a spec refers to, from its root on, and puts each reference into one form: a JSON Pointer, with
 * a relative path where it leads to another file. `$id`, `$anchor`, `$dynamicRef` and `$self` are resolved here; a
 * reference to a file of text, such as Markdown, becomes the text. A reference that leads nowhere is taken out and told.
 */
export async function readReferencedFiles(
  root: string,
  rootFile: { text: string; value: unknown },
  read: ReadText,
): Promise<{ files: SpecFiles; broken: Diagnostic[] }> {
  const graph = new ReferenceGraph(root, rootFile);
  await graph.load(read);
  return { files: graph.files, broken: graph.settle() };
}

class ReferenceGraph {
  readonly files: FileMap;
  readonly #root: string;
  readonly #references: Reference[] = [];
  readonly #resources = new Map<string, Resource>();
  /** By the URI of their resource, and by the file, with the name as the fragment. */
  readonly #anchors = new Map<string, Target>();
  readonly #missing = new Set<string>();

  constructor(root: string, rootFile: { text: string; value: unknown }) {
    this.#root = root;
    this.files = new Map([[root, rootFile]]);
  }

  async load(read: ReadText): Promise<void> {
    const queue = [this.#root];
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const from = this.#references.length;
      this.#collect(file);
      for (const reference of this.#references.slice(from)) {
        const target = this.#fileOf(reference);
        if (target === undefined || this.files.has(target) || this.#missing.has(target)) continue;
        if (await this.#add(target, read)) queue.push(target);
        else this.#missing.add(target);
      }
    }
  }

  /** Rewrites every reference, and tells of those that lead nowhere. */
  settle(): Diagnostic[] {
    const broken: Diagnostic[] = [];
    for (const reference of this.#references) {
      const target = this.#targetOf(reference);
      const { holder, keyword } = reference;
      if (typeof target === "object") this.#rewrite(reference, target);
      else if (target === undefined) {
        delete holder[keyword];
        if (!reference.isExtension) broken.push({ ...this.#problem(reference), ...this.#locate(reference) });
      }
    }
    for (const reference of this.#references) this.#inlineText(reference);
    return broken;
  }

  #collect(file: string): void {
    const value = this.files.get(file)?.value;
    const own = selfOf(value);
    const home = isUrl(file) ? file : pathToFileURL(file).href;
    const document: Resource = { uri: uriOf(own ?? "", home), file, at: [] };
    this.#resources.set(home, document).set(document.uri, document);
    visitObjects<Resource>(value, document, ({ value: holder, at, isExtension, scope }, isMap) => {
      const resource = isMap ? scope : this.#resourceOf(holder, at, scope);
      for (const keyword of ["$anchor", "$dynamicAnchor"]) {
        const name = holder[keyword];
        if (isMap || typeof name !== "string") continue;
        for (const base of [resource.uri, file]) {
          if (!this.#anchors.has(`${base}#${name}`)) this.#anchors.set(`${base}#${name}`, { file, at });
        }
      }
      for (const keyword of ["$ref", "$dynamicRef"] as const) {
        const target = holder[keyword];
        if (typeof target === "string")
          this.#references.push({ file, holder, at, keyword, target, resource, isExtension });
      }
      return resource;
    });
  }

  #resourceOf(schema: Record<string, unknown>, at: readonly string[], outer: Resource): Resource {
    const id = schema["$id"];
    if (typeof id !== "string" || id.startsWith("#")) return outer;
    const resource: Resource = { uri: uriOf(id, outer.uri), file: outer.file, at };
    this.#resources.set(resource.uri, resource);
    return resource;
  }

  /** The file that a reference asks for; `undefined` for one within its own file, and for those that nobody fetches. */
  #fileOf(reference: Reference): string | undefined {
    const [path = ""] = reference.target.split("#");
    if (path === "" || this.#resources.has(uriOf(path, reference.resource.uri))) return undefined;
    if (isScheme(path)) return isSameOrigin(path, reference.file) ? path : undefined;
    return placeOf(reference.file, path);
  }

  async #add(file: string, read: ReadText): Promise<boolean> {
    try {
      const text = await read(file);
      this.files.set(file, { text, value: isText(file) ? text : parseText(text, file) });
      return true;
    } catch (error) {
      // What is wrong within a file is told there; a file that is not there, where it is named.
      if (error instanceof SpecError && error.diagnostics[0]?.rule === "file-exists") return false;
      throw error;
    }
  }

  /** Where a reference leads; `true` where it needs no other form; `undefined`: nowhere. */
  #targetOf(reference: Reference): Target | true | undefined {
    const [path = "", fragment = ""] = reference.target.split("#");
    const resource =
      path === "" ? reference.resource : this.#resources.get(uriOf(path, reference.resource.uri));
    const file = resource?.file ?? this.#fileOf(reference);
    if (file === undefined || !this.files.has(file)) return undefined;
    if (fragment !== "" && !fragment.startsWith("/")) {
      const name = decoded(fragment);
      return this.#anchors.get(`${resource?.uri ?? file}#${name}`) ?? this.#anchors.get(`${file}#${name}`);
    }
    const tokens = tokensOf(fragment);
    // A pointer starts at the schema with the `$id`, but many write it from the root of the file.
    for (const start of resource && resource.at.length > 0 ? [resource.at, []] : [[]]) {
      const at = [...start, ...tokens];
      if (!isThere(this.files.get(file)?.value, at) || (at.length === 0 && file === this.#root)) continue;
      const isPlain = file === reference.file && start.length === 0 && fragment !== "" && path === "";
      return isPlain && reference.keyword === "$ref" ? true : { file, at };
    }
    return undefined;
  }

  #rewrite({ file, holder, keyword }: Reference, target: Target): void {
    if (keyword !== "$ref") delete holder[keyword];
    const isWhole = target.at.length === 0;
    const path = target.file === file && !isWhole ? "" : pathFrom(file, target.file);
    holder["$ref"] = path + (isWhole ? "" : pointerOf(target.at));
  }

  /** Puts the text of a file in place of a reference to it. */
  #inlineText({ file, holder, at }: Reference): void {
    const reference = holder["$ref"];
    if (typeof reference !== "string" || reference.startsWith("#")) return;
    const text = this.files.get(placeOf(file, reference.split("#")[0] ?? ""))?.value;
    if (typeof text !== "string") return;
    const parent = valueAt(this.files.get(file)?.value, at.slice(0, -1));
    if (typeof parent === "object" && parent !== null) Reflect.set(parent, at.at(-1) ?? "", text);
  }

  #problem(reference: Reference): Diagnostic {
    const report = (message: string, remedy: string): Diagnostic => {
      return { severity: "warning", rule: "no-broken-ref", message: `${message}.`, remedy };
    };
    const { target } = reference;
    const [path = "", fragment = ""] = target.split("#");
    const file = path === "" ? reference.file : this.#fileOf(reference);
    if (file === undefined) {
      const isId = isScheme(path) && !isUrl(path);
      return isId
        ? report(
            `The reference "${target}" names an \`$id\` that no schema has`,
            "Correct it, or add the schema.",
          )
        : report(
            `The reference "${target}" leads to the network, which is never asked`,
            "Download the document and refer to the file.",
          );
    }
    const document = this.files.get(file);
    if (!document) {
      const remedy = `Create ${file}, or correct the path: it is relative to the file that it stands in.`;
      return {
        ...report(`The reference "${target}" names a file that does not exist`, remedy),
        missing: file,
      };
    }
    if (fragment !== "" && !fragment.startsWith("/")) {
      return report(
        `The reference "${target}" names an anchor that no schema has`,
        "Correct it, or give the schema that `$anchor`.",
      );
    }
    const { token, names } = missingIn(document.value, tokensOf(fragment));
    const near = nearest(token, names);
    return report(
      `The reference "${target}" leads nowhere: there is no "${token}"`,
      near === undefined
        ? "Correct the reference, or add what it names."
        : `Did you mean "${near}"? Correct the reference.`,
    );
  }

  #locate({ file, at, keyword }: Reference): Pick<Diagnostic, "location"> {
    const only = this.files.get(file);
    const location = only && new Locator(file, new Map([[file, only]])).locateIn(file, [...at, keyword]);
    return location ? { location } : {};
  }
}

/** The URI that an OpenAPI 3.2 document gives itself. */
function selfOf(value: unknown): string | undefined {
  const self = memberOf(value, "$self");
  return typeof self === "string" ? self : undefined;
}

/** A URI reference resolved against a base (RFC 3986, section 5), without its fragment. */
function uriOf(reference: string, base: string): string {
  try {
    return new URL(reference, base).href.replace(/#.*/, "");
  } catch {
    return reference.replace(/#.*/, "");
  }
}

function isScheme(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(path);
}

/** Whether a URL lies beside the one that the spec was read from. */
function isSameOrigin(url: string, file: string): boolean {
  return isUrl(url) && isUrl(file) && new URL(url).origin === new URL(file).origin;
}

/** Whether a file holds a text, such as a description in Markdown, rather than JSON or YAML. */
function isText(file: string): boolean {
  const name = (isUrl(file) ? new URL(file).pathname : file).split(/[\\/]/).at(-1) ?? "";
  return /\.(md|markdown|txt|html?)$/i.test(name);
}

function pathFrom(from: string, to: string): string {
  if (isUrl(from) || isUrl(to)) return to;
  return relative(dirname(from), to).replaceAll("\\", "/");
}

function pointerOf(tokens: readonly string[]): string {
  return `#${tokens.map((token) => `/${encoded(token)}`).join("")}`;
}

function encoded(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1").replace(/[%#]/g, encodeURIComponent);
}

function isThere(value: unknown, tokens: readonly string[]): boolean {
  return valueAt(value, tokens) !== undefined;
}

function valueAt(value: unknown, tokens: readonly string[]): unknown {
  return tokens.reduce<unknown>((holder, token) => memberOf(holder, token), value);
}

/** The first token of a pointer that names nothing, and what there is in its place. */
function missingIn(root: unknown, tokens: readonly string[]): { token: string; names: string[] } {
  let value = root;
  for (const token of tokens) {
    const next = memberOf(value, token);
    if (next === undefined)
      return { token, names: typeof value === "object" && value !== null ? Object.keys(value) : [] };
    value = next;
  }
  return { token: "", names: [] };
}

function memberOf(value: unknown, token: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
  const member = (value as Record<string, unknown>)[token]; // an own member of an object or array
  return member === null ? true : member;
}
