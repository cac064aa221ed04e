import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { Argument, Command } from "commander";

import { benchBundle } from "./bundle.js";
import { benchGenerate } from "./generate.js";
import { benchLimits } from "./limits.js";
import { benchOverhead } from "./overhead.js";
import { benchQueue } from "./queue.js";
import { benchSandbox } from "./sandbox.js";
import { benchTypecheck } from "./typecheck.js";

const spec = resolve(process.env["SPECWRIGHT_SPECS"] ?? join("..", "shared", "specs"), "github.json");

/** Each prints a table, by itself or with the others. */
const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  bundle: benchBundle,
  overhead: benchOverhead,
  queue: benchQueue,
  limits: benchLimits,
  sandbox: benchSandbox,
  generate: () => onGitHub(benchGenerate),
  typecheck: () => onGitHub(benchTypecheck),
};
const names = Object.keys(PARTS);

const command = new Command("npm run bench --")
  .description("Measures the client, the sandbox and the build beside their peers, in one run.")
  .addArgument(new Argument("[parts...]", "what to measure; all unless given").choices(names))
  .parse();
const wanted = command.args.length > 0 ? command.args : names;
for (const name of names) if (wanted.includes(name)) await PARTS[name]?.();
// Calls still wait in the queues that were measured.
process.exit();

async function onGitHub(bench: (spec: string) => Promise<void>): Promise<void> {
  if (existsSync(spec)) return bench(spec);
  process.stdout.write(
    `\nIt needs GitHub's spec at ${spec}, or in the folder that SPECWRIGHT_SPECS names.\n`,
  );
}
