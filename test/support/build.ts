import { join } from "node:path";

import { carryOut, planBuild, type BuildReport } from "../../generator/pipeline.js";

/** Builds a package from a spec without a config, as `specwright build --spec --out --name` does. */
export async function buildPackage(
  spec: string,
  folder: string,
  packageName = "acme-client",
): Promise<BuildReport> {
  const request = {
    spec,
    specName: spec.split("/").at(-1) ?? spec,
    overlays: [],
    isLinted: false,
    packageName,
    outputs: [
      {
        folder,
        artefacts: [
          { emitter: "client", below: "" },
          { emitter: "docs", below: "docs" },
        ],
      },
    ],
  };
  const report = await planBuild(request);
  await carryOut(request, report);
  return report;
}

/** A spec of another team, from the folder that holds them. */
export function sharedSpec(name: string): string {
  return join(process.env["SPECWRIGHT_SPECS"] ?? join(process.cwd(), "..", "shared", "specs"), name);
}
