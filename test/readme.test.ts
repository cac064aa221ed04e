import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect, it, vi } from "vitest";

import { loadModel } from "../generator/pipeline.js";
import { json } from "./support/api-server.js";
import { serveExamples } from "./support/example-server.js";
import { scratchFolder } from "./support/scratch.js";

/** The contents of the README's code blocks in one language. */
function blocksOf(language: string): string[] {
  const readme = readFileSync("README.md", "utf8");
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(
    ([, code]) => code ?? "",
  );
}

it("shows an example that prints what it says, against a server that answers with the spec's examples", async () => {
  const { model } = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false });
  const server = await serveExamples(model, "/api/v1", ({ url }, response) => {
    if (url.endsWith("/tsk_missing"))
      json(response, 404, { code: "task_not_found", message: "There is no task tsk_missing." });
    else if (url.includes("cursor=")) json(response, 200, { tasks: [], nextCursor: null });
    else return false;
    return true;
  });
  const [example = ""] = blocksOf("ts");
  const file = join(scratchFolder(), "example.ts");
  writeFileSync(file, example.replace("@workspace-api/client", resolve("generated/client/src/index.ts")));
  vi.stubEnv("WORKSPACE_BASE_URL", `${server.url}/api/v1`);
  vi.stubEnv("WORKSPACE_API_KEY", "wsk_test");
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(file);
  expect(printed.mock.calls.map((values) => values.join(" ")).join("\n")).toBe(
    blocksOf("text")[0]?.trimEnd(),
  );
});

it("names commands that exist", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const named = blocksOf("sh").flatMap((block) =>
    [...block.matchAll(/npm (?:run )?(\w+)/g)].map(([, name]) => name ?? ""),
  );
  const own = new Set(named.filter((name) => name !== "ci"));
  expect(own.size).toBeGreaterThan(1);
  for (const name of own) expect(scripts).toHaveProperty(name);
});

it("is what CI runs", () => {
  const line = blocksOf("sh").find((block) => block.includes("npm test")) ?? "";
  const ci = readFileSync(".ci/run", "utf8");
  for (const command of line.trim().split(" && ")) expect(ci).toContain(command);
});
