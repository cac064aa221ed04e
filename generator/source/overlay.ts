import { paths } from "jsonpath-rfc9535";

import { specError, SpecError } from "./diagnostic.js";
import { parseText } from "./parse.js";
import { readSpecFile } from "./read-file.js";

type Json = Record<string, unknown>;

/**
 * Applies OpenAPI Overlays (1.0) to a bundled document, in the order given. The document itself is left as it is.
 *
 * @throws SpecError for an overlay that cannot be read, or an action whose target selects nothing.
 */
export function applyOverlays(document: Json, files: readonly string[]): Json {
  if (files.length === 0) return document;
  const result: Json = structuredClone(document);
  for (const file of files) applyOverlay(result, file);
  return result;
}

function applyOverlay(document: Json, file: string): void {
  const overlay = parseText(readSpecFile(file), file);
  const start = { file, line: 1, column: 1 };
  if (!isObject(overlay) || typeof overlay["overlay"] !== "string" || !Array.isArray(overlay["actions"])) {
    const remedy = "An overlay starts with `overlay: 1.0.0` and has a list of `actions`.";
    throw specError("overlay", `${file} is no OpenAPI Overlay.`, remedy, start);
  }
  overlay["actions"].forEach((action: unknown, index) => {
    if (!isObject(action) || typeof action["target"] !== "string") {
      throw specError(
        "overlay",
        `Action ${index + 1} of ${file} has no target.`,
        "Give it a `target`, a JSONPath.",
        start,
      );
    }
    applyAction(document, action, action["target"], `Action ${index + 1} of ${file}`, start);
  });
}

function applyAction(
  document: Json,
  action: Json,
  target: string,
  name: string,
  location: { file: string; line: number; column: number },
): void {
  const found = select(document, target, name, location);
  if (found.length === 0) {
    const remedy = "Correct the path: an action that changes nothing is most likely a mistake.";
    throw specError("overlay-target", `${name} selects nothing: ${target}`, remedy, location);
  }
  // From the last to the first, so that removing an item does not move those still to come.
  for (const tokens of found.reverse()) {
    if (action["remove"] === true) remove(document, tokens);
    else if (action["update"] !== undefined) update(document, tokens, action["update"]);
  }
}

function select(
  document: Json,
  target: string,
  name: string,
  location: { file: string; line: number; column: number },
): string[][] {
  try {
    // The document is JSON: it was parsed from it.
    return paths(document as Parameters<typeof paths>[0], target).map(tokensOfPath);
  } catch (error) {
    if (error instanceof SpecError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw specError(
      "overlay-target",
      `${name} has no valid JSONPath: ${reason}`,
      "See RFC 9535 for the syntax.",
      location,
    );
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
