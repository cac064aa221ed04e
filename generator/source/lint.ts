import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import type { LineColLocationObject, NormalizedProblem } from "@redocly/openapi-core";

import type { Diagnostic, Location } from "./diagnostic.js";
import type { SourceDocument } from "./read-spec.js";
import { resolverOf } from "./redocly.js";

type Redocly = typeof import("@redocly/openapi-core");

/** Redocly's strictest set, and what it leaves off that a published API should have. */
const RULES = {
  "operation-description": "error",
  "operation-tag-defined": "error",
  "parameter-description": "error",
  "path-params-defined": "error",
  "no-unused-components": "error",
  "spec-strict-refs": "off",
} as const;

const OWN_RULES = [
  "vocabulary-well-formed",
  "operation-id-form",
  "operation-authenticated",
  "operation-tagged",
  "operation-rate-limited",
  "error-codes-listed",
  "body-examples",
  "pagination-resolves",
  "discriminator-mapped",
];

/**
 * Lints a spec with Redocly's rules and ours, in this process: nothing is sent anywhere. Problems are returned in the
 * order of files and lines.
 */
export async function lintSource(source: SourceDocument): Promise<Diagnostic[]> {
  const { createConfig, getLineColLocation, lint } = await import("@redocly/openapi-core");
  const { default: specwrightPlugin } = await import("./redocly-plugin.js");
  const own = Object.fromEntries(OWN_RULES.map((name) => [`specwright/${name}`, "error" as const]));
  const config = await createConfig({
    plugins: [specwrightPlugin()],
    extends: ["recommended-strict"],
    rules: { ...RULES, ...own },
  });
  const externalRefResolver = await resolverOf(source.contents);
  const [root = resolve(source.file)] = source.files;
  const problems = await lint({ ref: root, config, externalRefResolver });
  // In a spec of one's own, a reference that leads nowhere is a mistake.
  const broken = source.warnings
    .filter(({ rule }) => rule === "no-broken-ref")
    .map((it) => ({ ...it, severity: "error" as const }));
  return [...broken, ...problems.map((problem) => diagnosticOf(problem, getLineColLocation))].sort(byPlace);
}

function diagnosticOf(problem: NormalizedProblem, at: Redocly["getLineColLocation"]): Diagnostic {
  const [message, ...rest] = problem.message.trim().split(/(?<=[.!?])\s+(?=[A-Z])/);
  const suggestion = problem.suggest[0];
  const told = rest.join(" ") || (suggestion === undefined ? "" : `Did you mean "${suggestion}"?`);
  const [first] = problem.location;
  return {
    severity: problem.severity === "warn" ? "warning" : "error",
    rule: problem.ruleId.replace(/^specwright\//, ""),
    message: message ?? problem.message,
    remedy: told === "" ? `See the rule ${problem.ruleId}.` : told,
    ...(first ? { location: locationOf(at(first), first.pointer) } : {}),
  };
}

function locationOf({ source, start }: LineColLocationObject, pointer: string | undefined): Location {
  const file = source.absoluteRef.startsWith("file:")
    ? fileURLToPath(source.absoluteRef)
    : source.absoluteRef;
  return {
    file,
    line: start.line,
    column: start.col,
    ...(pointer === undefined ? {} : { pointer: pointer.replace(/^#/, "") }),
  };
}

function byPlace({ location: a }: Diagnostic, { location: b }: Diagnostic): number {
  const [fileA, fileB] = [a?.file ?? "", b?.file ?? ""];
  return fileA < fileB ? -1 : fileA > fileB ? 1 : (a?.line ?? 0) - (b?.line ?? 0);
}
