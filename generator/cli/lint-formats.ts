import { relative } from "node:path";

import { UserError } from "../base/user-error.js";
import type { Diagnostic, Location } from "../source/diagnostic.js";

/** Writes diagnostics for a machine. */
export type LintFormat = (diagnostics: readonly Diagnostic[]) => string;

/** The format of a name; `undefined` where none is named. @throws UserError for one that there is not. */
export function formatOf(name: string | undefined): LintFormat | undefined {
  if (name === undefined) return undefined;
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format) return format;
  throw new UserError(
    "usage",
    `There is no format "${name}".`,
    `Choose from ${Object.keys(FORMATS).join(", ")}.`,
  );
}

const FORMATS: Readonly<Record<string, LintFormat>> = { github, sarif };

/** Workflow commands of GitHub Actions, which become annotations of a pull request. */
function github(diagnostics: readonly Diagnostic[]): string {
  const data = (text: string): string =>
    text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  const property = (text: string): string => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
  return diagnostics
    .map(({ severity, rule, message, remedy, location }) => {
      const place = location
        ? `file=${property(pathOf(location))},line=${location.line},col=${location.column},`
        : "";
      return `::${severity} ${place}title=${property(rule)}::${data(`${message} ${remedy}`)}`;
    })
    .join("\n");
}

/** SARIF 2.1.0, as code scanning services take it. */
function sarif(diagnostics: readonly Diagnostic[]): string {
  const rules = [...new Set(diagnostics.map(({ rule }) => rule))].map((id) => ({ id }));
  const results = diagnostics.map(({ severity, rule, message, remedy, location }) => ({
    ruleId: rule,
    level: severity,
    message: { text: `${message} ${remedy}` },
    ...(location ? { locations: [{ physicalLocation: physicalLocation(location) }] } : {}),
  }));
  const run = { tool: { driver: { name: "specwright", rules } }, results };
  return JSON.stringify(
    { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] },
    null,
    2,
  );
}

function physicalLocation(location: Location): object {
  const region = { startLine: location.line, startColumn: location.column };
  return { artifactLocation: { uri: encodeURI(pathOf(location)) }, region };
}

/** A path from the working folder, with slashes on every system. */
function pathOf({ file }: Location): string {
  return relative(process.cwd(), file).replaceAll("\\", "/");
}
