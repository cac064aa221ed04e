import { carryOut, planBuild, type BuildReport, type BuildRequest } from "../pipeline.js";
import { jsonReport, printReport } from "./print-report.js";
import { requestsFrom, type BuildOptions } from "./request.js";
import type { Console, ExitCode } from "./run.js";

/** `specwright build` */
export async function buildCommand(options: BuildOptions, console: Console): Promise<ExitCode> {
  await buildAll(await requestsFrom(options), console);
  return 0;
}

/** Builds, writes and reports each spec; gives back every file that was read. @throws SpecError and UserError. */
export async function buildAll(
  requests: readonly BuildRequest[],
  { out, err, isJson }: Console,
): Promise<readonly string[]> {
  const start = performance.now();
  const reports: BuildReport[] = [];
  for (const request of requests) {
    const report = await planBuild(request, { onPhase: (phase) => err.progress(`${phase} …`) });
    err.progress("");
    await carryOut(report);
    reports.push(report);
  }
  const elapsed = performance.now() - start;
  if (isJson) out.line(JSON.stringify({ ok: true, ...jsonReport(reports, elapsed) }, null, 2));
  else printReport(out, reports, elapsed);
  return reports.flatMap(({ sources }) => sources);
}
