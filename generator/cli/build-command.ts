import { carryOut, planBuild } from "../pipeline.js";
import { jsonReport, printReport } from "./print-report.js";
import { requestFrom, type BuildOptions, type RequestedBuild } from "./request.js";
import type { Console, ExitCode } from "./run.js";

/** `specwright build` */
export async function buildCommand(options: BuildOptions, console: Console): Promise<ExitCode> {
  await buildOnce(await requestFrom(options), console);
  return 0;
}

/** Builds, writes and tells; gives back every file that was read. @throws SpecError and OutputError. */
export async function buildOnce(
  { request }: RequestedBuild,
  { out, err, isJson }: Console,
): Promise<readonly string[]> {
  const start = performance.now();
  const report = await planBuild(request, { onPhase: (phase) => err.progress(`${phase} …`) });
  err.progress("");
  await carryOut(request, report);
  const elapsed = performance.now() - start;
  if (isJson) out.line(JSON.stringify({ ok: true, ...jsonReport(report, elapsed) }, null, 2));
  else printReport(out, report, elapsed);
  return report.sources;
}
