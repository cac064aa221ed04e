import { differencesOf } from "../output/plan-output.js";
import { planBuild, type BuildReport } from "../pipeline.js";
import { jsonReport, plural, shown } from "./print-report.js";
import { requestsFrom, type BuildOptions } from "./request.js";
import type { Console, ExitCode } from "./run.js";

/** `specwright check`: whether what is on disk is what the spec gives. Writes nothing. */
export async function checkCommand(options: BuildOptions, { out, err, isJson }: Console): Promise<ExitCode> {
  const requests = await requestsFrom(options);
  const start = performance.now();
  const reports: BuildReport[] = [];
  for (const request of requests) {
    reports.push(await planBuild(request, { onPhase: (phase) => err.progress(`${phase} …`) }));
    err.progress("");
  }
  const stale = reports.flatMap(({ plans }) => plans).filter((plan) => differencesOf(plan).length > 0);
  if (isJson) {
    const report = jsonReport(reports, performance.now() - start);
    out.line(JSON.stringify({ ok: stale.length === 0, ...report }, null, 2));
    return stale.length === 0 ? 0 : 1;
  }
  if (stale.length === 0) {
    out.line(`${out.style("green", "✓")} The output is what the spec gives`);
    return 0;
  }
  for (const plan of stale) {
    const { folder } = plan;
    const changes = differencesOf(plan);
    err.line(
      `${err.style("red", "✗")} ${shown(folder)}: ${plural(changes.length, "file")} not what the spec gives`,
    );
    for (const change of changes) err.line(`    ${change}`);
  }
  err.line(`  ${err.style("cyan", "fix:")} Run \`specwright build\` and commit the result.`);
  return 1;
}
