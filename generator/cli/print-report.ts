import { relative } from "node:path";

import type { OutputPlan } from "../output/plan-output.js";
import type { BuildReport } from "../pipeline.js";
import { packageManager, monorepoRoot } from "./package-manager.js";
import { printDiagnostics } from "./print-diagnostics.js";
import type { Terminal } from "./terminal.js";

const MOST = 5;

/** Reports a build to people. */
export function printReport(
  terminal: Terminal,
  reports: readonly BuildReport[],
  elapsedMs: number,
  isDryRun = false,
): void {
  const time = terminal.style("dim", `(${(elapsedMs / 1000).toFixed(1)} s)`);
  if (reports.every(({ isSkipped }) => isSkipped)) {
    terminal.line(`${terminal.style("green", "✓")} Nothing has changed ${time}`);
    return;
  }
  for (const report of reports) if (!report.isSkipped) printOne(terminal, report, time, isDryRun);
  if (isDryRun) terminal.line("Nothing was written: this was a dry run.");
}

function printOne(terminal: Terminal, report: BuildReport, time: string, isDryRun: boolean): void {
  const warnings = report.diagnostics.filter(({ severity }) => severity === "warning");
  printDiagnostics(terminal, warnings);
  const { operations = 0, schemas = 0 } = report.counts ?? {};
  const counted = warnings.length === 0 ? "" : `, ${plural(warnings.length, "warning")}`;
  terminal.line(
    `${terminal.style("green", "✓")} ${plural(operations, "operation")}, ${plural(schemas, "schema")}${counted} ${time}`,
  );
  const adopted = (report.adopted ?? []).map(({ extension, count }) => `${extension} (${count})`);
  if (adopted.length > 0) terminal.line(`  read as ours: ${adopted.join(", ")}`);
  for (const plan of report.plans) printPlan(terminal, plan, isDryRun);
  const fresh = report.plans.find(({ unchanged, written }) => {
    return unchanged.length === 0 && written.some(({ path }) => path === "package.json");
  });
  if (fresh && !isDryRun) terminal.line(`Next: ${nextStep(fresh.folder)}    # compiles the package`);
}

/** The command that installs a new package. In a monorepo it is the root's. */
function nextStep(folder: string): string {
  const root = monorepoRoot(folder);
  const { install } = packageManager(root ?? folder);
  const where = root === undefined ? shown(folder) : shown(root);
  return where === "." ? install : `cd ${where} && ${install}`;
}

function printPlan(terminal: Terminal, plan: OutputPlan, isDryRun: boolean): void {
  const { written, removed, unchanged, edited } = plan;
  const counts = [
    ...(written.length > 0 ? [`${written.length} ${isDryRun ? "to write" : "written"}`] : []),
    ...(removed.length > 0 ? [`${removed.length} ${isDryRun ? "to remove" : "removed"}`] : []),
    `${unchanged.length} unchanged`,
  ];
  terminal.line(`  ${terminal.style("bold", shown(plan.folder))}  ${counts.join(", ")}`);
  for (const line of changesOf(plan)) terminal.line(terminal.style("dim", `    ${line}`));
  for (const path of edited) {
    terminal.line(
      `    ${terminal.style("yellow", "overwritten")} ${path} had been edited by hand; change the spec or a template instead`,
    );
  }
}

/** The first few changes, and how many more there are; nothing where everything is new. */
function changesOf({ written, removed, unchanged }: OutputPlan): string[] {
  if (unchanged.length === 0 && removed.length === 0) return [];
  const changes = [...written.map(({ path }) => `~ ${path}`), ...removed.map((path) => `- ${path}`)];
  const rest = changes.length - MOST;
  return rest > 0 ? [...changes.slice(0, MOST), `… and ${rest} more`] : changes;
}

/** Reports a build to machines. */
export function jsonReport(reports: readonly BuildReport[], elapsedMs: number): object {
  const counts = reports.flatMap((report) => report.counts ?? []);
  const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);
  return {
    skipped: reports.every(({ isSkipped }) => isSkipped),
    ...(counts.length === 0
      ? {}
      : {
          operations: sum(counts.map(({ operations }) => operations)),
          schemas: sum(counts.map(({ schemas }) => schemas)),
        }),
    adopted: reports.flatMap(({ adopted = [] }) => adopted),
    diagnostics: reports.flatMap(({ diagnostics }) => diagnostics),
    outputs: reports
      .flatMap(({ plans }) => plans)
      .map(({ folder, written, removed, unchanged, edited }) => ({
        folder,
        written: written.map(({ path }) => path),
        removed,
        unchanged: unchanged.length,
        edited,
      })),
    elapsedMs: Math.round(elapsedMs),
  };
}

export function shown(folder: string): string {
  const path = relative(process.cwd(), folder);
  return path === "" ? "." : path.startsWith("..") ? folder : path;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
