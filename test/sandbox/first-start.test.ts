import { existsSync, rmSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";

import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { postgresMissing, startPostgres, type PostgresServer } from "../support/postgres.js";
import { runSandbox, startSandboxProcess } from "../support/sandbox-process.js";
import { scratchFolder } from "../support/scratch.js";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Starts a sandbox and kills it at the moment that something holds or, where nobody saw it, when it is ready. */
async function killWhen(
  holds: () => boolean | Promise<boolean>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = runSandbox(["--json", "--port", "0", ...args], env);
  children.push(child);
  const ready = new AbortController();
  child.stdout?.once("data", () => ready.abort());
  while (!ready.signal.aborted && !(await holds())) await new Promise((resolve) => setImmediate(resolve));
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

/** What a sandbox has that began as it should. */
async function expectWhole(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const started = await startSandboxProcess(args, env);
  children.push(started.child);
  const headers = { authorization: `Bearer ${started.apiKey}` };
  const read = async (path: string): Promise<Record<string, unknown[]>> => {
    const response = await fetch(`${started.baseUrl}/workspaces/current/${path}`, { headers });
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, unknown[]>;
  };
  expect((await read("tasks?all=true&limit=200"))["tasks"]).toHaveLength(21);
  expect((await read("members"))["members"]).toHaveLength(8);
  expect((await read("documents"))["documents"]).toHaveLength(3);
  await started.end("SIGTERM");
}

describe("a first start that is cut off, on a folder", () => {
  it.each<[string, (folder: string) => boolean]>([
    ["while its files appear", (folder) => existsSync(join(folder, "database", "PG_VERSION"))],
    [
      "between its setting up and its data",
      (folder) => existsSync(join(folder, "database")) && !existsSync(join(folder, "database.unfinished")),
    ],
  ])("is made up for by the next: %s", async (_, holds) => {
    const folder = join(scratchFolder(), "data");
    await killWhen(() => holds(folder), ["--data", folder]);
    await expectWhole(["--data", folder]);
    rmSync(folder, { recursive: true });
  });
});

const title = postgresMissing === undefined ? "" : ` (skipped: ${postgresMissing})`;
describe.skipIf(postgresMissing !== undefined)(`a first start that is cut off, on PostgreSQL${title}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it.each([
    // Each begins with nothing at all; what is uncommitted is seen by its locks.
    ["in the middle of the migrations", "select 1 from pg_locks where mode = 'AccessExclusiveLock' limit 1"],
    [
      "while it fills them",
      "select 1 from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'workspaces' and l.mode = 'RowExclusiveLock'",
    ],
  ])("is made up for by the next: %s", async (_, condition) => {
    const url = await server.createDatabase();
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(
      "drop schema public cascade; drop schema if exists drizzle cascade; create schema public",
    );
    const env = { DATABASE_URL: url };
    await killWhen(async () => (await client.query(condition)).rows.length > 0, [], env);
    await client.end();
    await expectWhole([], env);
  });
});
