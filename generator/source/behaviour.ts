import type { Diagnostic, Location } from "./diagnostic.js";
import { visitObjects } from "./keywords.js";
import { checkPagination, type Report } from "./pagination-check.js";
import { nearest } from "../base/nearest.js";
import { checkExtension, membersOf, vocabulary } from "./vocabulary/vocabulary.js";

type Json = Record<string, unknown>;
type Locate = (pointer: string) => Location | undefined;

/**
 * Checks what a document says in the vocabulary: what would make a wrong client is an error, whoever wrote the spec. An
 * extension that has one of our names and another shape is somebody else's; it is told once and taken out.
 */
export function checkBehaviour(document: Json, locate: Locate): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const foreign = new Map<string, string[]>();
  const report: Report = (severity, rule, pointer, message, remedy) => {
    const location = locate(pointer);
    problems.push({ severity, rule, message, remedy, ...(location ? { location } : {}) });
  };
  visitObjects<void>(document, undefined, ({ value, at, isExtension }, isMap) => {
    if (isMap || isExtension) return;
    for (const [key, member] of Object.entries(value)) {
      if (!key.startsWith("x-")) continue;
      const here = pointerOf([...at, key]);
      if (!Object.hasOwn(vocabulary, key)) {
        const meant = nearMiss(key, member);
        if (meant !== undefined)
          report(
            "error",
            "vocabulary",
            here,
            `There is no "${key}"; did you mean "${meant}"?`,
            `Write it as ${meant}.`,
          );
        continue;
      }
      const texts = checkExtension(key, member);
      if (texts.length > 0 && isForeign(key, member)) {
        foreign.set(key, [...(foreign.get(key) ?? []), here]);
        delete value[key];
        continue;
      }
      for (const text of texts) {
        const remedy = `Write it as the vocabulary's schema says: ${String(Object(vocabulary[key]).description)}`;
        report("error", "vocabulary", here, `${key} is not well-formed: ${text}.`, remedy);
      }
    }
  });
  for (const [key, [first = "", ...others]] of foreign) {
    const count = others.length === 0 ? "" : ` (${others.length + 1} times)`;
    const message = `${key} has another shape than ours and is ignored${count}.`;
    report(
      "warning",
      "foreign-extension",
      first,
      message,
      "Say it in our form, in the spec or by an overlay, if it should count.",
    );
  }
  checkErrorCodes(document, report);
  checkPagination(document, report);
  return problems;
}

/** Whether a value has nothing in common with what an extension of ours holds. */
function isForeign(key: string, value: unknown): boolean {
  if (key === "x-method" || key === "x-resource" || key === "x-open-enum" || key === "x-client-default")
    return typeof value === "object";
  if (typeof value !== "object" || value === null) return key !== "x-retry";
  if (key === "x-error-codes")
    return !Object.values(value).some((it) => Object.hasOwn(Object(it), "status") || typeof it === "string");
  const known = membersOf(key);
  return (
    Array.isArray(value) ||
    (Object.keys(value).length > 0 && !Object.keys(value).some((name) => known.has(name)))
  );
}

/** The extension that was most likely meant by an unknown name, where its value is one of that extension. */
function nearMiss(key: string, value: unknown): string | undefined {
  const near = nearest(key, Object.keys(vocabulary));
  if (near === undefined || typeof value !== "object" || value === null) return undefined;
  return checkExtension(near, value).length === 0 || !isForeign(near, value) ? near : undefined;
}

/** The codes that responses list must be in the catalogue, where there is one. */
function checkErrorCodes(document: Json, report: Report): void {
  const catalogue = document["x-error-codes"];
  if (typeof catalogue !== "object" || catalogue === null) return;
  visitObjects<void>(document, undefined, ({ value, at, isExtension }, isMap) => {
    const codes = value["x-error-codes"];
    if (isMap || isExtension || at.length === 0 || !Array.isArray(codes)) return;
    for (const code of codes) {
      if (typeof code !== "string" || Object.hasOwn(catalogue, code)) continue;
      const near = nearest(code, Object.keys(catalogue));
      const remedy =
        near === undefined ? "Add it to `x-error-codes` at the root." : `Did you mean "${near}"?`;
      report(
        "error",
        "error-codes-listed",
        pointerOf([...at, "x-error-codes"]),
        `The error code "${code}" is not in the catalogue.`,
        remedy,
      );
    }
  });
}

function pointerOf(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
