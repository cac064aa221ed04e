import { join } from "node:path";

import { docs } from "../../generator/artefacts/docs/index.js";
import { carryOut, planBuild } from "../../generator/pipeline.js";
import { scratchFolder } from "../support/scratch.js";

/** Builds the docs of a spec alone, and gives the folder that they are in. */
export async function docsOf(spec: string): Promise<string> {
  const folder = scratchFolder();
  const artefacts = [{ artefact: docs.artefact, options: {}, folder, below: "docs" }];
  const request = { spec, specName: "openapi.yaml", overlays: [], isLinted: false, home: folder, artefacts };
  await carryOut(await planBuild(request));
  return join(folder, "docs");
}
