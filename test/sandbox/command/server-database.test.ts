import { once } from "node:events";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { postgresMissing, startPostgres, type PostgresServer } from "../../support/postgres.js";
import { runSandbox, startSandboxProcess, textOf } from "../../support/sandbox-process.js";

const title = postgresMissing === undefined ? "" : ` (skipped: ${postgresMissing})`;
describe.skipIf(postgresMissing !== undefined)(`a database of DATABASE_URL${title}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  async function query(url: string, text: string): Promise<unknown[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** What a sandbox says that does not start. */
  async function refusal(url: string, ...args: readonly string[]): Promise<string> {
    const child = runSandbox(["--port", "0", ...args], { DATABASE_URL: url });
    const exit = once(child, "exit");
    const [said] = await Promise.all([textOf(child.stderr), textOf(child.stdout)]);
    expect(await exit).toEqual([1, null]);
    return said;
  }

  const EMPTY = "drop schema public cascade; drop schema drizzle cascade; create schema public";

  it.each([
    ["of another program", EMPTY, "create table orders (id int)", "select * from orders"],
    [
      "of another program that has the same query builder",
      EMPTY,
      `create schema drizzle; create table drizzle.__drizzle_migrations (id serial primary key, hash text, created_at bigint);
       insert into drizzle.__drizzle_migrations (hash) values ('theirs')`,
      "select * from drizzle.__drizzle_migrations",
    ],
  ])("%s is left alone, with --fresh and without", async (_, empty, fill, read) => {
    const url = await server.createDatabase();
    await query(url, empty);
    await query(url, fill);
    const before = await query(url, read);
    for (const args of [[], ["--fresh"]])
      expect(await refusal(url, ...args)).toMatch(/which is not a sandbox's/);
    expect(await query(url, read)).toEqual(before);
    expect(await query(url, "select to_regclass('public.workspaces') as found")).toEqual([{ found: null }]);
  });

  it("is begun anew by --fresh, but for what no sandbox made, and not while a sandbox uses it", async () => {
    const url = await server.createDatabase();
    await query(url, "create table orders (id int)");
    const first = await startSandboxProcess([], { DATABASE_URL: url });
    await query(url, "update workspaces set name = 'Renamed'");
    expect(await refusal(url, "--fresh")).toMatch(/^A sandbox is using .*Stop it/);
    await first.end("SIGTERM");
    const second = await startSandboxProcess(["--fresh"], { DATABASE_URL: url });
    expect(await query(url, "select * from workspaces where name = 'Renamed'")).toEqual([]);
    expect(await query(url, "select * from orders")).toEqual([]);
    await second.end("SIGTERM");
  });

  it("of a newer version is refused", async () => {
    const url = await server.createDatabase();
    await query(url, "insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9e15)");
    expect(await refusal(url)).toMatch(/are of a newer version/);
  });
});
