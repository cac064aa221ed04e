import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { benchBundle } from "./bundle.js";
import { benchGenerate } from "./generate.js";
import { benchLimits } from "./limits.js";
import { benchOverhead } from "./overhead.js";
import { benchQueue } from "./queue.js";
import { benchSandbox } from "./sandbox.js";
import { benchTypecheck } from "./typecheck.js";

const spec = resolve(process.env["SPECWRIGHT_SPECS"] ?? join("..", "shared", "specs"), "github.json");

await benchBundle();
await benchOverhead();
await benchQueue();
await benchLimits();
await benchSandbox();
if (existsSync(spec)) {
  await benchGenerate(spec);
  await benchTypecheck(spec);
} else {
  process.stdout.write(
    `\nThe other benchmarks need GitHub's spec at ${spec}, or in the folder that SPECWRIGHT_SPECS names.\n`,
  );
}
// Calls still wait in the queues that were measured.
process.exit();
