// Puts the generated server package, which is published with no registry, into the sandbox's own package, and takes it
// out again. `npm pack` bundles what stands in `node_modules` beside it.
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../generated/server", import.meta.url));
const target = fileURLToPath(new URL("node_modules/@workspace-api/server", import.meta.url));

rmSync(target, { recursive: true, force: true });
if (process.argv[2] === "in") {
  for (const name of ["package.json", "dist", "validators"])
    cpSync(`${source}/${name}`, `${target}/${name}`, { recursive: true });
}
