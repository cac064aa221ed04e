import { join } from "node:path";

import { carryOut, planBuild, type BuildReport, type OutputRequest } from "../../generator/pipeline.js";

/** Builds a client package from a spec without a config, as `specwright build --spec --out --name` does. */
export function buildPackage(
  spec: string,
  folder: string,
  packageName = "acme-client",
): Promise<BuildReport> {
  return build(spec, folder, packageName, [
    { emitter: "client", below: "" },
    { emitter: "docs", below: "docs" },
  ]);
}

/** Builds the server's side of a spec, as `--only server` does. */
export function buildServer(spec: string, folder: string): Promise<BuildReport> {
  return build(spec, folder, "acme-server", [{ emitter: "server", below: "" }]);
}

async function build(
  spec: string,
  folder: string,
  packageName: string,
  artefacts: OutputRequest["artefacts"],
): Promise<BuildReport> {
  const request = {
    spec,
    specName: spec.split("/").at(-1) ?? spec,
    overlays: [],
    isLinted: false,
    packageName,
    outputs: [{ folder, artefacts }],
  };
  const report = await planBuild(request);
  await carryOut(request, report);
  return report;
}

/** A spec of another team, from the folder that holds them. */
export function sharedSpec(name: string): string {
  return join(process.env["SPECWRIGHT_SPECS"] ?? join(process.cwd(), "..", "shared", "specs"), name);
}
