import { fileURLToPath } from "node:url";

import type { LineColLocationObject, NormalizedProblem } from "@redocly/openapi-core";

import { isObject, tokensOf } from "../base/json.js";
import type { Diagnostic, Location } from "./diagnostic.js";
import { readLintSettings, type LintSettings, type RuleLevel } from "./lint-settings.js";
import type { SourceDocument } from "./read-spec.js";
import { resolverOf } from "./redocly.js";

type Redocly = typeof import("@redocly/openapi-core");

/** Rules of ours that every build checks too, for all specs alike. */
const CHECKED_BEFORE = ["specwright/vocabulary-well-formed", "specwright/pagination-resolves"];

/**
 * Lints a spec with Redocly's rules and ours, in this process: nothing is sent anywhere. Which rules hold, and how
 * severely, is said by `redocly.yaml` and by `rules`; `x-lint-ignore: [rule]` on a node leaves out what is in it.
 * Problems are returned in the order of files and lines.
 */
export async function lintSource(
  source: SourceDocument,
  rules: Readonly<Record<string, RuleLevel>> = {},
): Promise<Diagnostic[]> {
  const { createConfig, getLineColLocation, lint } = await import("@redocly/openapi-core");
  const { default: specwrightPlugin } = await import("./redocly-plugin.js");
  const plugin = specwrightPlugin();
  const [root = source.file] = source.files;
  const settings = readLintSettings(root, rules, Object.keys(plugin.rules?.oas3 ?? {}));
  const off = Object.fromEntries(CHECKED_BEFORE.map((name) => [name, "off"]));
  const { extends: sets, rules: levels, plugins = [] } = settings.config;
  // What a user's file says has the form that Redocly checks.
  const raw = { extends: sets, rules: { ...levels, ...off }, plugins: [plugin, ...plugins] } as Parameters<
    typeof createConfig
  >[0];
  const config = await createConfig(
    raw,
    settings.configFile === undefined ? {} : { configPath: settings.configFile },
  );
  const problems = await lint({ ref: root, config, externalRefResolver: await resolverOf(source.contents) });
  const found = problems.map((problem) => diagnosticOf(problem, getLineColLocation));
  // In a spec of one's own, a reference that leads nowhere is a mistake.
  const told = source.findings.map((it) =>
    it.rule === "no-broken-ref" ? { ...it, severity: "error" as const } : it,
  );
  return onceEach([...told, ...found])
    .filter((it) => !isIgnored(it, settings, source))
    .sort(byPlace);
}

/** The same words at the same place are one message, whichever rules say them. */
function onceEach(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const byKey = new Map<string, Diagnostic>();
  for (const it of diagnostics) {
    const key = `${it.location?.file} ${it.location?.line} ${it.message}`;
    const known = byKey.get(key);
    if (!known || (known.severity === "warning" && it.severity === "error")) byKey.set(key, it);
  }
  return [...byKey.values()];
}

/** Whether the ignore file, or an `x-lint-ignore` around the place, leaves a problem out. */
function isIgnored(
  { rule, location }: Diagnostic,
  { ignored }: LintSettings,
  source: SourceDocument,
): boolean {
  if (location?.pointer === undefined) return false;
  const listed = ignored.get(location.file)?.[rule] ?? [];
  if (listed.includes(location.pointer) || listed.includes(`${location.pointer}/`)) return true;
  let value = source.contents.get(location.file)?.value;
  for (const token of ["", ...tokensOf(location.pointer)]) {
    if (token !== "") value = isObject(value) || Array.isArray(value) ? Reflect.get(value, token) : undefined;
    const rules = isObject(value) ? value["x-lint-ignore"] : undefined;
    if (
      Array.isArray(rules)
        ? rules.some((name) => String(name).replace(/^specwright\//, "") === rule)
        : rules === rule
    )
      return true;
  }
  return false;
}

function diagnosticOf(problem: NormalizedProblem, at: Redocly["getLineColLocation"]): Diagnostic {
  const [message, ...rest] = problem.message.trim().split(/(?<=[.!?])\s+(?=[A-Z])/);
  const suggestion = problem.suggest[0];
  const told = rest.join(" ") || (suggestion === undefined ? "" : `Did you mean "${suggestion}"?`);
  const [first] = problem.location;
  const rule = problem.ruleId.replace(/^specwright\//, "");
  return {
    severity: problem.severity === "warn" ? "warning" : "error",
    rule,
    message: message ?? problem.message,
    remedy: told === "" ? remedyOf(problem.ruleId) : told,
    ...(first ? { location: locationOf(at(first), first.pointer) } : {}),
  };
}

function remedyOf(rule: string): string {
  const page = rule.includes("/") ? "" : ` What it asks for: https://redocly.com/docs/cli/rules/oas/${rule}.`;
  return `Correct it, or set \`${rule}\` to warn or off under \`rules\` in redocly.yaml.${page}`;
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
