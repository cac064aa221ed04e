// Fills a PostgreSQL database with a million tasks and measures every list, order, filter, search and view.
//   npx tsx scripts/scale/main.ts [--tasks 1000000]
// With DATABASE_URL it takes that database, which has to be empty; otherwise it starts a server.
import { parseArgs } from "node:util";

import { openDatabase } from "../../sandbox/src/database/open.js";
import { postgresMissing, startPostgres } from "../../test/support/postgres.js";
import { startSandbox, type TestSandbox } from "../../test/support/sandbox.js";
import { table } from "../bench/measure.js";
import { ASKS, type Ask } from "./asks.js";
import { fill } from "./fill.js";

const MOST_MS = 150;
const MOST_BYTES = 1_048_576;
const RUNS = 5;

const { values } = parseArgs({ options: { tasks: { type: "string", default: "1000000" } } });
const given = process.env["DATABASE_URL"];
if (given === undefined && postgresMissing !== undefined) throw new Error(postgresMissing);
const server = given === undefined ? await startPostgres() : undefined;
const url = given ?? (await server?.createDatabase()) ?? "";

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const database = await openDatabase({ url });
const sandbox = await startSandbox({ database, checkResponses: false });
// One connection, so that what is set for the filling counts for all of it.
const filling = await openDatabase({ url, connections: 1, statementMs: 3_600_000 });
await fill(filling, Number(values.tasks), write);
await filling.close();

const rows: string[][] = [];
let slow = 0;
for (const ask of ASKS) {
  const { medianMs, worstMs, bytes, status } = await measured(sandbox, ask);
  const isOver = medianMs > MOST_MS || bytes > MOST_BYTES || status !== 200;
  if (isOver) slow += 1;
  rows.push([
    `${ask.as} ${ask.path}`,
    `${medianMs.toFixed(0)} ms`,
    `${worstMs.toFixed(0)} ms`,
    `${(bytes / 1024).toFixed(0)} kB`,
    isOver ? `over (${status})` : "",
  ]);
}
table(
  `Median of ${RUNS}, with ${values.tasks} tasks (aim: ${MOST_MS} ms, 1 MiB)`,
  ["", "median", "worst", "body", ""],
  rows,
);
await burst(sandbox);
await sandbox.close();
await server?.stop();
process.exit(slow > 0 ? 1 : 0);

async function measured(
  { call }: TestSandbox,
  { as, path }: Ask,
): Promise<{ medianMs: number; worstMs: number; bytes: number; status: number }> {
  const times: number[] = [];
  let bytes = 0;
  let status = 0;
  for (let run = 0; run <= RUNS; run += 1) {
    const start = performance.now();
    const response = await call("GET", `/workspaces/current${path}`, { as });
    bytes = (await response.text()).length;
    status = response.status;
    // The first warms up.
    if (run > 0) times.push(performance.now() - start);
    if (times[0] !== undefined && times[0] > 5000) break;
  }
  times.sort((one, other) => one - other);
  return { medianMs: times[Math.floor(times.length / 2)] ?? 0, worstMs: times.at(-1) ?? 0, bytes, status };
}

/** One credential spends its burst on what is most expensive, while another asks who it is. */
async function burst({ call }: TestSandbox): Promise<void> {
  const spent = Array.from({ length: 40 }, () =>
    call("GET", "/workspaces/current/teams/team_scale4/recap?includeInitiatives=true", { as: "key" }),
  );
  const times: number[] = [];
  for (let count = 0; count < 20; count += 1) {
    const start = performance.now();
    await call("GET", "/me", { as: "owner" });
    times.push(performance.now() - start);
  }
  await Promise.all(spent);
  write(
    `\nGET /me of another credential during a burst of 40: at most ${Math.max(...times).toFixed(0)} ms (aim: 250 ms)`,
  );
}
