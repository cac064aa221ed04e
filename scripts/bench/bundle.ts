import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import { loadModel } from "../../generator/pipeline.js";
import { chooseNames } from "../../generator/emit/typescript/names.js";
import { table, temporary } from "./measure.js";

async function sizeOf(code: string): Promise<[minified: number, gzipped: number]> {
  const file = join(temporary(), "entry.ts");
  writeFileSync(file, code);
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    nodePaths: [resolve("node_modules")],
    logLevel: "error",
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  return [bytes.length, gzipSync(bytes, { level: 9 }).length];
}

/** What an integrator's bundle grows by: single operations with the whole runtime, and the client class. */
export async function benchBundle(): Promise<void> {
  const { model } = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false });
  const names = chooseNames(model, "@workspace-api/client");
  const functions = model.operations.map(({ id }) => names.operations.get(id)?.function ?? "");
  const operations = resolve("generated/client/src/operations.ts");
  const some = (count: number): string => {
    const used = functions.slice(0, count);
    return `import { createApi, ${used.join(", ")} } from ${JSON.stringify(operations)}; export const it = [createApi({}), ${used.join(", ")}];`;
  };
  const rows: [string, string][] = [
    [
      "openapi-fetch alone",
      `import createClient from "openapi-fetch"; export const it = createClient({}).GET("/a");`,
    ],
    ["one operation, whole runtime (aim: 6 kB)", some(1)],
    ["20 operations (aim: 8 kB)", some(20)],
    [
      "the client class, all operations",
      `import { WorkspaceClient } from ${JSON.stringify(resolve("generated/client/src/index.ts"))}; export const it = new WorkspaceClient();`,
    ],
  ];
  const sized = await Promise.all(
    rows.map(async ([name, code]) => [
      name,
      ...(await sizeOf(code)).map((bytes) => `${(bytes / 1000).toFixed(1)} kB`),
    ]),
  );
  table("Bundles (esbuild, minified)", ["", "minified", "gzip"], sized);
}
