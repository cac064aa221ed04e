import { dirname, resolve } from "node:path";

import { closest, distance } from "fastest-levenshtein";

import { SpecError, type Diagnostic } from "./diagnostic.js";
import { Locator, tokensOf, type SpecFiles } from "./locate.js";
import { parseText } from "./parse.js";
import { readSpecFile } from "./read-file.js";

/** A reference in a file. */
interface Reference {
  readonly file: string;
  /** Where it stands: the tokens of the object that holds it. */
  readonly at: readonly string[];
  readonly target: string;
}

type FileMap = Map<string, { text: string; value: unknown }>;

/**
 * Reads every file that a spec refers to, from its root on, and sees to it that each reference leads somewhere.
 *
 * @throws SpecError naming each reference that does not, with its file, line and the likeliest cure.
 */
export function readReferencedFiles(root: string, rootFile: { text: string; value: unknown }): SpecFiles {
  const files: FileMap = new Map([[root, rootFile]]);
  const references: Reference[] = [];
  const queue = [root];
  const problems: Diagnostic[] = [];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const reference of referencesIn(files.get(file)?.value, file)) {
      references.push(reference);
      const target = fileOf(reference);
      if (target === undefined || files.has(target)) continue;
      const problem = addFile(files, target, reference);
      if (problem) problems.push({ ...problem, ...locationOf(files, reference) });
      else queue.push(target);
    }
  }
  for (const reference of references) {
    const problem = brokenReference(files, reference);
    if (problem) problems.push({ ...problem, ...locationOf(files, reference) });
  }
  if (problems.length > 0) throw new SpecError(problems);
  return files;
}

function locationOf(files: SpecFiles, { file, at }: Reference): Pick<Diagnostic, "location"> {
  const pointer = [...at, "$ref"]
    .map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
  const only = files.get(file);
  const location = only && new Locator(file, new Map([[file, only]])).locate(pointer);
  return location ? { location } : {};
}

/** The file that a reference names; `undefined` for one within its own file, or to the network. */
function fileOf({ file, target }: Reference): string | undefined {
  const [path = ""] = target.split("#");
  return path === "" || isRemote(path) ? undefined : resolve(dirname(file), decodeURI(path));
}

function isRemote(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(path);
}

function addFile(files: FileMap, target: string, reference: Reference): Diagnostic | undefined {
  try {
    const text = readSpecFile(target);
    files.set(target, { text, value: parseText(text, target) });
    return undefined;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const [first] = error.diagnostics;
    // What is wrong within a file is told there; a file that is not there, where it is named.
    if (first?.rule !== "file-exists") throw error;
    return {
      severity: "error",
      rule: "no-broken-ref",
      message: `The reference "${reference.target}" names a file that does not exist.`,
      remedy: `Create ${target}, or correct the path: it is relative to the file that it stands in.`,
      missing: target,
    };
  }
}

function brokenReference(files: SpecFiles, reference: Reference): Diagnostic | undefined {
  const [path = "", fragment = ""] = reference.target.split("#");
  const report = (message: string, remedy: string): Diagnostic => ({
    severity: "error",
    rule: "no-broken-ref",
    message,
    remedy,
  });
  if (isRemote(path)) {
    return report(
      `The reference "${reference.target}" leads to the network, which is never asked.`,
      "Download the document and refer to the file.",
    );
  }
  const target = files.get(fileOf(reference) ?? reference.file);
  if (!target || fragment === "" || !fragment.startsWith("/")) return undefined;
  let value = target.value;
  for (const token of tokensOf(fragment)) {
    const next = memberOf(value, token);
    if (next === undefined) {
      const near = nearest(token, typeof value === "object" && value !== null ? Object.keys(value) : []);
      return report(
        `The reference "${reference.target}" leads nowhere: there is no "${token}".`,
        near === undefined
          ? "Correct the reference, or add what it names."
          : `Did you mean "${near}"? Correct the reference.`,
      );
    }
    value = next;
  }
  return undefined;
}

function memberOf(value: unknown, token: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
  const member = (value as Record<string, unknown>)[token]; // an own member of an object or array
  return member === null ? true : member;
}

/** Keywords whose values are data, in which a member called `$ref` is no reference. */
const DATA = new Set(["example", "examples", "default", "enum", "const", "x-examples"]);

function referencesIn(root: unknown, file: string): Reference[] {
  const found: Reference[] = [];
  const visit = (value: unknown, at: readonly string[], isNames: boolean): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      value.forEach((item, index) => visit(item, [...at, String(index)], false));
      return;
    }
    for (const [key, member] of Object.entries(value)) {
      // Under `properties` and its like, keys are names, not keywords.
      if (key === "$ref" && typeof member === "string" && !isNames) found.push({ file, at, target: member });
      else if (isNames || !DATA.has(key) || isReferenceMap(key, member)) {
        visit(member, [...at, key], !isNames && NAMES.has(key));
      }
    }
  };
  visit(root, [], false);
  return found;
}

const NAMES = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);

/** `examples` beside a schema's `content` holds example objects, which may be references. */
function isReferenceMap(key: string, value: unknown): boolean {
  if (key !== "examples" || typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).some((example) => typeof memberOf(example, "$ref") === "string");
}

/** The name most like the one that was not found, if any is much like it. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = closest(name, candidates);
  return distance(name, best) <= Math.max(2, name.length / 3) ? best : undefined;
}
