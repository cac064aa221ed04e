import { dirname, join } from "node:path";

import { client } from "../../generator/artefacts/client/index.js";
import { docs } from "../../generator/artefacts/docs/index.js";
import { server } from "../../generator/artefacts/server/index.js";
import { carryOut, planBuild, type ArtefactRequest, type BuildReport } from "../../generator/pipeline.js";

/** Builds a client package from a spec without a config, as `specwright build --spec --out --name` does. */
export function buildPackage(
  spec: string,
  folder: string,
  packageName = "acme-client",
): Promise<BuildReport> {
  return build(spec, [
    { artefact: client.artefact, options: { name: packageName }, folder },
    { artefact: docs.artefact, options: {}, folder, below: "docs" },
  ]);
}

/** Builds the server's side of a spec, as `--only server` does. */
export function buildServer(spec: string, folder: string): Promise<BuildReport> {
  return build(spec, [{ artefact: server.artefact, options: { name: "acme-server" }, folder }]);
}

async function build(spec: string, artefacts: readonly ArtefactRequest[]): Promise<BuildReport> {
  const report = await planBuild({
    spec,
    specName: spec.split("/").at(-1) ?? spec,
    overlays: [],
    isLinted: false,
    home: dirname(spec),
    artefacts,
  });
  await carryOut(report);
  return report;
}

/** A spec of another team, from the folder that holds them. */
export function sharedSpec(name: string): string {
  return join(process.env["SPECWRIGHT_SPECS"] ?? join(process.cwd(), "..", "shared", "specs"), name);
}
