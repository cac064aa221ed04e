import { isUpToDate } from "../output/plan-output.js";
import { planBuild } from "../pipeline.js";
import { jsonReport, plural, shown } from "./print-report.js";
import { requestFrom, type BuildOptions } from "./request.js";
import type { Console, ExitCode } from "./run.js";

/** `specwright check`: whether what is on disk is what the spec gives. Writes nothing. */
export async function checkCommand(options: BuildOptions, { out, err, isJson }: Console): Promise<ExitCode> {
  const { request } = await requestFrom(options);
  const start = performance.now();
  const report = await planBuild(request, { onPhase: (phase) => err.progress(`${phase} …`) });
  err.progress("");
  const stale = report.plans.filter((plan) => !isUpToDate(plan));
  if (isJson) {
    out.line(
      JSON.stringify({ ok: stale.length === 0, ...jsonReport(report, performance.now() - start) }, null, 2),
    );
    return stale.length === 0 ? 0 : 1;
  }
  if (stale.length === 0) {
    out.line(`${out.style("green", "✓")} The output is what the spec gives`);
    return 0;
  }
  for (const { folder, written, removed, isManifestChanged } of stale) {
    const changes = [...written.map(({ path }) => `~ ${path}`), ...removed.map((path) => `- ${path}`)];
    const isOnlyManifest = changes.length === 0 && isManifestChanged;
    err.line(
      `${err.style("red", "✗")} ${shown(folder)}: ${isOnlyManifest ? "the manifest differs" : `${plural(changes.length, "file")} not what the spec gives`}`,
    );
    for (const change of changes) err.line(`    ${change}`);
  }
  err.line(`  ${err.style("cyan", "fix:")} Run \`specwright build\` and commit the result.`);
  return 1;
}
