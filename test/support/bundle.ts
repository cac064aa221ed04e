import { resolve } from "node:path";

import { build, type Format } from "esbuild";

/** Bundles a piece of code, as an integrator's bundler would for anything but Node; `client` is the generated client. */
export async function bundle(code: string, format: Format, globalName?: string): Promise<string> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: resolve("."), loader: "ts" },
    alias: { client: resolve("generated/client/src/index.ts") },
    bundle: true,
    write: false,
    metafile: true,
    platform: "neutral",
    mainFields: ["module", "main"],
    format,
    ...(globalName ? { globalName } : {}),
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  if (outside.length > 0)
    throw new Error(`The bundle imports ${outside.map(({ path }) => path).join(", ")}.`);
  return outputFiles[0]?.text ?? "";
}
