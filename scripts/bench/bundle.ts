import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";

import { build, type BuildOptions } from "esbuild";

import { loadModel } from "../../generator/pipeline.js";
import { table, temporary } from "./measure.js";

/** Sizes of everything in one file and, gzipped, of what is loaded at once where a bundler keeps dynamic imports apart. */
async function sizeOf(code: string): Promise<[minified: number, gzipped: number, atOnce: number]> {
  const file = join(temporary(), "entry.ts");
  writeFileSync(file, code);
  const options = {
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "esm" as const,
    target: "es2022",
    write: false as const,
    nodePaths: [resolve("node_modules"), resolve("scripts/bench/node_modules")],
    external: ["node:*"],
    logLevel: "error" as const,
  } satisfies BuildOptions;
  const { outputFiles } = await build(options);
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  const gzipped = gzipSync(bytes, { level: 9 }).length;
  const outdir = temporary();
  const split = await build({ ...options, splitting: true, outdir, metafile: true });
  const outputs = split.metafile.outputs;
  const atOnce = new Set(
    Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === relative(process.cwd(), file)),
  );
  for (const path of atOnce)
    for (const { path: imported, kind } of outputs[path]?.imports ?? [])
      if (kind === "import-statement" && outputs[imported]) atOnce.add(imported);
  const loaded = split.outputFiles.filter(({ path }) => atOnce.has(relative(process.cwd(), path)));
  const loadedBytes = loaded.map(({ contents }) => gzipSync(contents, { level: 9 }).length);
  return [bytes.length, gzipped, loadedBytes.reduce((sum, size) => sum + size, 0)];
}

/** The entries of the package besides the two that have rows of their own. */
function entries(): string[] {
  const manifest: { exports: Record<string, unknown> } = JSON.parse(
    readFileSync("generated/client/package.json", "utf8"),
  );
  const own = [".", "./operations", "./package.json"];
  return Object.keys(manifest.exports).filter((entry) => !own.includes(entry));
}

/** What an integrator's bundle grows by: operations with the whole runtime, the client class, each entry; and peers. */
export async function benchBundle(): Promise<void> {
  const { model } = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false });
  const functionsOf = (operations: typeof model.operations): string[] =>
    operations.map(({ names }) => names.function);
  const [cached, plain] = [true, false].map((isCached) =>
    functionsOf(model.operations.filter(({ policies }) => !!policies.cache === isCached)),
  );
  const operations = resolve("generated/client/src/operations.ts");
  const some = (used: readonly string[] = []): string => {
    return `import { createApi, ${used.join(", ")} } from ${JSON.stringify(operations)}; export const it = [createApi({}), ${used.join(", ")}];`;
  };
  const rows: [string, string][] = [
    [
      "openapi-fetch alone",
      `import createClient from "openapi-fetch"; export const it = createClient({}).GET("/a");`,
    ],
    ["one operation, whole runtime (aim: 6 kB)", some(plain?.slice(0, 1))],
    ["one whose answers are kept", some(cached?.slice(0, 1))],
    ["20 operations (aim: 8 kB)", some(functionsOf(model.operations.slice(0, 20)))],
    [
      "the client class, all operations",
      `import { WorkspaceClient } from ${JSON.stringify(resolve("generated/client/src/index.ts"))}; export const it = new WorkspaceClient();`,
    ],
    ...entries().map((entry): [string, string] => [
      `everything of ${entry}`,
      `import * as all from "@workspace-api/client/${entry.slice(2)}"; export const it = { ...all };`,
    ]),
    ["ky", `import ky from "ky"; export const it = ky;`],
    [
      "@octokit/core, throttling, retry",
      `import { Octokit } from "@octokit/core"; import { throttling } from "@octokit/plugin-throttling"; import { retry } from "@octokit/plugin-retry"; export const it = Octokit.plugin(throttling, retry);`,
    ],
  ];
  const sized = await Promise.all(
    rows.map(async ([name, code]) => [
      name,
      ...(await sizeOf(code)).map((bytes) => `${(bytes / 1000).toFixed(1)} kB`),
    ]),
  );
  table("Bundles (esbuild, minified)", ["", "minified", "gzip", "gzip, loaded at once"], sized);
}
