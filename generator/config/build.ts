import { carryOut, planBuild, type BuildHooks, type BuildReport } from "../pipeline.js";
import type { SpecwrightConfig } from "./config.js";
import { configValue } from "./load-config.js";
import { buildsOf } from "./resolve-config.js";

export interface BuildConfigOptions extends BuildHooks {
  /** The folder to which the config's paths are relative; the working folder unless given. */
  readonly home?: string;
  /** Names of artefacts: only these are made. */
  readonly only?: readonly string[];
  /** Whether only to plan: nothing is written, and the reports tell what would be. */
  readonly dryRun?: boolean;
}

/**
 * Builds what a config asks for, as `specwright build` does: reads and lints each spec, makes its artefacts, and writes what
 * has changed. Gives a report for each spec.
 *
 * ```ts
 * await build({ spec: "openapi.yaml", artefacts: [client({ dir: "client", name: "acme-client" })] });
 * ```
 *
 * @throws SpecError when a spec cannot be used: its `diagnostics` name file, line and remedy.
 * @throws UserError when the config, an artefact's options or an output folder is wrong. Nothing was written for that spec.
 */
export async function build(
  config: SpecwrightConfig | readonly SpecwrightConfig[],
  { home, only, dryRun = false, ...hooks }: BuildConfigOptions = {},
): Promise<BuildReport[]> {
  const reports: BuildReport[] = [];
  for (const request of await buildsOf(configValue(config, home), only ? { only } : {})) {
    const report = await planBuild(request, hooks);
    if (!dryRun) await carryOut(report);
    reports.push(report);
  }
  return reports;
}
