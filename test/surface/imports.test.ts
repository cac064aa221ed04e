import { build } from "esbuild";
import { expect, it } from "vitest";

/** Everything that an entry imports from elsewhere, at any depth, whether at once or later. */
async function importsOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: "neutral",
    packages: "external",
    write: false,
    metafile: true,
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))];
}

it.each([
  ["the client", "generated/client/src/index.ts", []],
  ["the path-typed entry", "generated/client/src/api.ts", ["openapi-fetch"]],
  ["the operations", "generated/client/src/operations.ts", []],
  ["the webhooks", "generated/client/src/webhooks.ts", []],
  ["the agent", "generated/client/src/additions/agent.ts", []],
])("%s imports no built-in module of Node, and only what the package depends on", async (_, entry, own) => {
  expect(await importsOf(entry)).toEqual(own);
});
