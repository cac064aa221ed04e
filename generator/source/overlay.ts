import { basename, resolve } from "node:path";

import { paths } from "jsonpath-rfc9535";

import { specError, type SpecError } from "./diagnostic.js";
import { Locator } from "./locate.js";
import { parseText } from "./parse.js";
import { readSpecFile } from "./read-file.js";
import { nearest } from "../base/nearest.js";

type Json = Record<string, unknown>;

/** Versions of the Overlay Specification whose every field is applied. */
const VERSIONS = /^1\.[0-2]\.\d+$/;
const FIELDS = new Set(["target", "description", "update", "remove", "copy", "$ref"]);

/** An overlay as it was read, able to tell where something in it stands. */
interface Overlay {
  readonly file: string;
  readonly value: Json;
  readonly locator: Locator;
}

/**
 * Applies OpenAPI Overlays (1.0 to 1.2) to a bundled document, in the order given. The document itself is left as it is.
 *
 * @throws SpecError that points into the overlay: for one that cannot be read or is of another version, for an action
 * with a field that is none, or whose target selects nothing. Nothing of such an overlay is applied.
 */
export function applyOverlays(document: Json, files: readonly string[]): Json {
  if (files.length === 0) return document;
  const result: Json = structuredClone(document);
  for (const file of files) applyOverlay(result, resolve(file));
  return result;
}

function applyOverlay(document: Json, file: string): void {
  const text = readSpecFile(file);
  const value = parseText(text, file);
  const name = basename(file);
  const start = { file, line: 1, column: 1 };
  if (!isObject(value) || value["overlay"] === undefined || !Array.isArray(value["actions"])) {
    const remedy = "An overlay starts with `overlay: 1.1.0` and has a list of `actions`.";
    throw specError("overlay", `${name} is no OpenAPI Overlay.`, remedy, start);
  }
  const overlay: Overlay = { file, value, locator: new Locator(file, new Map([[file, { text, value }]])) };
  const version = String(value["overlay"]);
  if (!VERSIONS.test(version)) {
    const message = `Overlay ${version} is not supported; nothing of ${name} is applied.`;
    throw refusal(overlay, ["overlay"], "overlay-version", message, "Use Overlay 1.0, 1.1 or 1.2.");
  }
  value["actions"].forEach((stated: unknown, index) => {
    const at = ["actions", String(index)];
    applyAction(document, actionOf(overlay, stated, at), overlay, at);
  });
}

function refusal(
  overlay: Overlay,
  at: readonly string[],
  rule: string,
  message: string,
  remedy: string,
): SpecError {
  const location = overlay.locator.locateIn(overlay.file, at) ?? { file: overlay.file, line: 1, column: 1 };
  return specError(rule, message, remedy, location);
}

/** An action with the fields of the reusable one that it refers to (Overlay 1.2). */
function actionOf(overlay: Overlay, stated: unknown, at: readonly string[]): Json {
  const action = isObject(stated) ? stated : {};
  const unknown = Object.keys(action).find((key) => !FIELDS.has(key) && !key.startsWith("x-"));
  if (unknown !== undefined) {
    const near = nearest(unknown, [...FIELDS]);
    const remedy = near === undefined ? "Use target with update, copy or remove." : `Did you mean "${near}"?`;
    throw refusal(overlay, [...at, unknown], "overlay", `An action has no field "${unknown}".`, remedy);
  }
  if (typeof action["target"] !== "string")
    throw refusal(overlay, at, "overlay", "The action has no target.", "Give it a `target`, a JSONPath.");
  const reference = action["$ref"];
  if (reference === undefined) return action;
  const name = /^#\/components\/actions\/([^/]+)$/.exec(String(reference))?.[1] ?? "";
  const token = name.replaceAll("~1", "/").replaceAll("~0", "~");
  const reusable = memberOf(memberOf(memberOf(overlay.value, "components"), "actions"), token);
  const fields = memberOf(reusable, "fields");
  if (!isObject(fields)) {
    const message = `The reference "${String(reference)}" names no action.`;
    throw refusal(overlay, [...at, "$ref"], "overlay", message, "Write it as #/components/actions/name.");
  }
  return { ...fields, target: action["target"] };
}

function applyAction(document: Json, action: Json, overlay: Overlay, at: readonly string[]): void {
  const found = select(document, String(action["target"]), overlay, [...at, "target"]);
  if (found.length === 0) {
    const remedy = "Correct the path: an action that changes nothing is most likely a mistake.";
    const message = `The target selects nothing: ${String(action["target"])}`;
    throw refusal(overlay, [...at, "target"], "overlay-target", message, remedy);
  }
  const source = action["remove"] !== true && action["update"] === undefined ? action["copy"] : undefined;
  const value = source === undefined ? action["update"] : copied(document, String(source), overlay, at);
  // From the last to the first, so that removing an item does not move those still to come.
  for (const tokens of found.reverse()) {
    if (action["remove"] === true) remove(document, tokens);
    else if (value !== undefined) update(document, tokens, value);
  }
}

/** The one node that `copy` names (Overlay 1.1, Action Object). */
function copied(document: Json, path: string, overlay: Overlay, at: readonly string[]): unknown {
  const found = select(document, path, overlay, [...at, "copy"]);
  const [only, ...others] = found;
  if (only && others.length === 0) return structuredClone(only.reduce<unknown>(memberOf, document));
  const message = `\`copy\` must select one node, and selects ${found.length}: ${path}`;
  throw refusal(overlay, [...at, "copy"], "overlay-target", message, "Make the path more exact.");
}

function select(document: Json, path: string, overlay: Overlay, at: readonly string[]): string[][] {
  try {
    // The document is JSON: it was parsed from it.
    return paths(document as Parameters<typeof paths>[0], path).map(tokensOfPath);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `This is no valid JSONPath: ${reason}`;
    throw refusal(overlay, at, "overlay-target", message, "See RFC 9535 for the syntax.");
  }
}

/** The member names of a normalized path (RFC 9535, section 2.7): `$['paths']['/a'][0]`. */
function tokensOfPath(path: string): string[] {
  return [...path.matchAll(/\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]/g)].map(([, name, index]) =>
    name === undefined ? (index ?? "") : name.replace(/\\u([0-9a-f]{4})|\\(.)/gi, unescape),
  );
}

function unescape(_: string, code: string | undefined, character: string | undefined): string {
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
  const controls: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
  return controls[character ?? ""] ?? character ?? "";
}

function remove(document: Json, tokens: readonly string[]): void {
  const holder = tokens.slice(0, -1).reduce<unknown>(memberOf, document);
  const last = tokens.at(-1) ?? "";
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (isObject(holder)) delete holder[last];
}

function update(document: Json, tokens: readonly string[], value: unknown): void {
  const target = tokens.reduce<unknown>(memberOf, document);
  if (Array.isArray(target)) target.push(structuredClone(value));
  else if (isObject(target) && isObject(value)) merge(target, value);
  else set(tokens.slice(0, -1).reduce<unknown>(memberOf, document), tokens.at(-1) ?? "", value);
}

/** Objects are merged member by member, lists are continued, anything else is replaced. */
function merge(target: Json, value: Json): void {
  for (const [key, member] of Object.entries(value)) {
    const present = Object.hasOwn(target, key) ? target[key] : undefined;
    if (isObject(present) && isObject(member)) merge(present, member);
    else if (Array.isArray(present) && Array.isArray(member)) present.push(...structuredClone(member));
    else set(target, key, member);
  }
}

/** Sets an own member, whatever its name. */
function set(holder: unknown, key: string, value: unknown): void {
  if (typeof holder !== "object" || holder === null) return;
  Object.defineProperty(holder, key, {
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function memberOf(value: unknown, token: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
  return (value as Json)[token]; // an own member of an object or array
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
