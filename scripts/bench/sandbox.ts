import { contract } from "@workspace-api/server";

import { WorkspaceClient } from "../../generated/client/src/index.js";
import { postgresMissing, startPostgres } from "../../test/support/postgres.js";
import { load, type Load, type Shot } from "./load.js";
import { table } from "./measure.js";
import { startServer, type Served } from "./served.js";

const TASKS = `${contract.basePath}/workspaces/current/tasks`;
const WARM_UP_SECONDS = 2;
const SECONDS = 4;
/** Bare and checked take turns, so that what else the machine does falls on both; an odd number has a median. */
const TURNS = 11;
const TURN_SECONDS = 1;

/** What one server does with each kind of request. */
interface Shots {
  readonly read: Shot;
  readonly list: Shot;
  readonly create: Shot;
}
const KINDS = ["read", "list", "create"] as const;

interface Measured extends Load {
  /** Of the server alone, for one request. */
  readonly cpuMicros: number;
}

/** The sandbox under load on both databases, beside a bare Hono route; and what the checks of the contract cost. */
export async function benchSandbox(): Promise<void> {
  const rows: string[][] = [];
  const costs: string[][] = [];
  const bare = await startServer("bare");
  const checked = await startServer("contract");
  for (const kind of KINDS) {
    const turns = await turnsOf(kind, bare, checked);
    rows.push(rowOf(`bare Hono route, ${kind}`, medianOf(turns.map(({ plain }) => plain))));
    rows.push(rowOf(`contract around a stub, ${kind}`, medianOf(turns.map(({ contracted }) => contracted))));
    costs.push([
      kind,
      ...costOf(turns, ({ plain, contracted }) => 1 - contracted.perSecond / plain.perSecond),
      ...costOf(turns, ({ plain, contracted }) => 1 - plain.cpuMicros / contracted.cpuMicros),
    ]);
  }
  await Promise.all([bare.stop(), checked.stop()]);

  rows.push(...(await sandboxRows("PGlite")));
  const postgres = postgresMissing === undefined ? await startPostgres() : undefined;
  if (postgres) {
    rows.push(...(await sandboxRows("PostgreSQL", await postgres.createDatabase())));
    await postgres.stop();
  }
  table("The sandbox, 50 connections", ["", "requests/s", "p99", "CPU/request"], rows);
  if (postgresMissing !== undefined) process.stdout.write(`PostgreSQL was skipped: ${postgresMissing}.\n`);
  table(
    `What the contract takes of a bare route, ${TURNS} turns of each (aim: under 25 % of throughput)`,
    ["", "throughput", "from", "to", "CPU", "from", "to"],
    costs,
  );
}

/** One after the other, under the same load. */
interface Turn {
  readonly plain: Measured;
  readonly contracted: Measured;
}

async function turnsOf(kind: (typeof KINDS)[number], bare: Served, checked: Served): Promise<Turn[]> {
  const measure = (server: Served): Promise<Measured> =>
    measured(server, shotsAt(server)[kind], TURN_SECONDS);
  await measure(bare);
  await measure(checked);
  const turns: Turn[] = [];
  while (turns.length < TURNS) {
    // Each begins as often as the other.
    if (turns.length % 2 === 0)
      turns.push({ plain: await measure(bare), contracted: await measure(checked) });
    else turns.push({ contracted: await measure(checked), plain: await measure(bare) });
  }
  return turns;
}

/** The median share, the lowest and the highest of all turns. */
function costOf(turns: readonly Turn[], share: (turn: Turn) => number): string[] {
  const shares = turns.map(share).toSorted((one, other) => one - other);
  return [shares[Math.floor(shares.length / 2)], shares[0], shares.at(-1)].map((value = 0) => percent(value));
}

async function sandboxRows(name: string, databaseUrl?: string): Promise<string[][]> {
  const server = await startServer("sandbox", databaseUrl);
  const baseUrl = server.url + contract.basePath;
  const client = new WorkspaceClient({ baseUrl, apiKey: server.token, rateLimit: false });
  const { members } = await client.members.list();
  const body = { title: "Total is wrong after a coupon is removed", userId: members[0]?.userId ?? "" };
  const created = await Promise.all(Array.from({ length: 100 }, () => client.tasks.create(body)));
  const shots = shotsAt(server, created[0]?.taskId, body);
  const rows: string[][] = [];
  for (const kind of KINDS) {
    await load(shots[kind], WARM_UP_SECONDS);
    rows.push(rowOf(`sandbox on ${name}, ${kind}`, await measured(server, shots[kind], SECONDS)));
  }
  await server.stop();
  return rows;
}

function shotsAt({ url, token }: Served, taskId = "tsk_01JMEASURED", body: object = BODY): Shots {
  const tasks = url + TASKS;
  return {
    read: { method: "GET", url: `${tasks}/${taskId}`, token },
    list: { method: "GET", url: tasks, token },
    create: { method: "POST", url: tasks, token, body },
  };
}

const BODY = { title: "Total is wrong after a coupon is removed", userId: "u_bo" };

async function measured(server: Served, shot: Shot, seconds: number): Promise<Measured> {
  const before = await server.cpuMs();
  const result = await load(shot, seconds);
  return { ...result, cpuMicros: (1000 * ((await server.cpuMs()) - before)) / result.requests };
}

function medianOf(loads: readonly Measured[]): Measured {
  const middle = loads.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(loads.length / 2)];
  if (!middle) throw new Error("Nothing was measured.");
  return middle;
}

function rowOf(name: string, { perSecond, p99Ms, cpuMicros }: Measured): string[] {
  return [name, perSecond.toFixed(0), `${p99Ms.toFixed(0)} ms`, `${cpuMicros.toFixed(0)} µs`];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
