import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { beforeAll, expect, it } from "vitest";

import { run } from "../support/cli.js";
import { scratchFolder } from "../support/scratch.js";

const PACKAGE = resolve("generated/client");
const npx = (cwd: string, ...args: string[]): ReturnType<typeof run> =>
  run("npx", ["--no-install", ...args], cwd);

beforeAll(async () => {
  const { code, stdout } = await run("npm", ["run", "build"], PACKAGE);
  expect(code, stdout).toBe(0);
}, 120_000);

it("is a package that publint has nothing to say about", async () => {
  const { code, stdout } = await npx(PACKAGE, "publint", "--strict");
  expect(code, stdout).toBe(0);
});

it("has types for both module systems, old resolution included", async () => {
  const { code, stdout } = await npx(PACKAGE, "attw", "--pack", ".", "--format", "ascii");
  expect(code, stdout).toBe(0);
});

it("has declaration maps, so that an editor goes to the sources", () => {
  expect(existsSync(join(PACKAGE, "dist", "esm", "client.d.ts.map"))).toBe(true);
});

it.each([
  [
    "import",
    "--input-type=module",
    `import { WorkspaceClient } from "@workspace-api/client"; import { createApi } from "@workspace-api/client/operations"; import { createOAuth } from "@workspace-api/client/oauth";`,
  ],
  [
    "require",
    "--input-type=commonjs",
    `const { WorkspaceClient } = require("@workspace-api/client"); const { createApi } = require("@workspace-api/client/operations"); const { createOAuth } = require("@workspace-api/client/oauth");`,
  ],
])("runs by %s on plain Node", async (_, type, start) => {
  const code = `${start} console.log(typeof new WorkspaceClient({ apiKey: "k" }).tasks.list, createApi().baseUrl, typeof createOAuth);`;
  const result = await run(process.execPath, [type, "--eval", code], scratchFolder());
  expect(result.stderr).toBe("");
  expect(result.stdout).toBe("function https://api.workspace.example/api/v1 function\n");
});

it("knows its errors by their brand when both module systems have loaded it", async () => {
  const code = `
    import { createRequire } from "node:module";
    import * as esm from "@workspace-api/client";
    const cjs = createRequire(import.meta.url)("@workspace-api/client");
    const failure = (library) => new library.WorkspaceClient({ apiKey: "k" }).tasks.fetch("..").catch((error) => error);
    const [one, two] = [await failure(esm), await failure(cjs)];
    console.log(esm.ApiError === cjs.ApiError, [one, two].flatMap((error) => [esm.isApiError(error), cjs.isApiError(error)]).join());
    console.log(esm.isApiError(new Error("other")), one.name, two.code);
  `;
  const file = join(scratchFolder(), "both.mjs");
  writeFileSync(file, code);
  expect(await run(process.execPath, [file], scratchFolder())).toEqual({
    code: 0,
    stderr: "",
    stdout: "false true,true,true,true\nfalse RequestError invalid_request\n",
  });
});
