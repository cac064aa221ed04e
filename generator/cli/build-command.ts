import type { Diagnostic } from "../source/diagnostic.js";
import { carryOut, planBuild, type BuildReport, type BuildRequest } from "../pipeline.js";
import { printDiagnostics } from "./print-diagnostics.js";
import { jsonReport, printReport } from "./print-report.js";
import { requestsFrom, type BuildOptions } from "./request.js";
import type { Console, ExitCode } from "./run.js";

/** `specwright build` */
export async function buildCommand(options: BuildOptions, console: Console): Promise<ExitCode> {
  await buildAll(await requestsFrom(options), console, options.dryRun);
  return 0;
}

/**
 * Builds, writes and reports each spec; gives back every file that was read and what was found. A dry run writes nothing.
 *
 * @throws SpecError and UserError.
 */
export async function buildAll(
  requests: readonly BuildRequest[],
  { out, err, isJson }: Console,
  isDryRun = false,
): Promise<{ sources: readonly string[]; diagnostics: readonly Diagnostic[] }> {
  const start = performance.now();
  const reports: BuildReport[] = [];
  for (const request of requests) {
    const report = await planBuild(request, { onPhase: (phase) => err.progress(`${phase} …`) });
    err.progress("");
    if (!isDryRun) await carryOut(report);
    reports.push(report);
  }
  const elapsed = performance.now() - start;
  if (isJson) out.line(JSON.stringify({ ok: true, ...jsonReport(reports, elapsed) }, null, 2));
  else {
    if (out.isQuiet)
      printDiagnostics(
        err,
        reports.flatMap(({ diagnostics }) => diagnostics),
      );
    printReport(out, reports, elapsed, isDryRun);
  }
  return {
    sources: reports.flatMap(({ sources }) => sources),
    diagnostics: reports.flatMap(({ diagnostics }) => diagnostics),
  };
}
