import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { start } from "../../../sandbox/src/command/start.js";
import { silentLog } from "../../../sandbox/src/log.js";
import { postgresMissing, startPostgres, type PostgresServer } from "../../support/postgres.js";
import { startSandboxProcess } from "../../support/sandbox-process.js";

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

  const starting = (databaseUrl: string, fresh = false): Promise<unknown> => {
    const flags = {
      host: "127.0.0.1",
      port: 0,
      seed: 1,
      clock: 1,
      strictWebhooks: false,
      rateLimits: true,
      json: false,
    };
    return start({ ...flags, fresh }, { databaseUrl }, silentLog);
  };

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
    for (const isFresh of [false, true])
      await expect(starting(url, isFresh)).rejects.toThrow("which is not a sandbox's");
    expect(await query(url, read)).toEqual(before);
    expect(await query(url, "select to_regclass('public.workspaces') as found")).toEqual([{ found: null }]);
  });

  it("is begun anew by --fresh, but for what no sandbox made, and not while a sandbox uses it", async () => {
    const url = await server.createDatabase();
    await query(url, "create table orders (id int)");
    const first = await startSandboxProcess([], { DATABASE_URL: url });
    await query(url, "update workspaces set name = 'Renamed'");
    await expect(starting(url, true)).rejects.toThrow(/^A sandbox is using .*Stop it/);
    await first.end("SIGTERM");
    const second = await startSandboxProcess(["--fresh"], { DATABASE_URL: url });
    expect(await query(url, "select * from workspaces where name = 'Renamed'")).toEqual([]);
    expect(await query(url, "select * from orders")).toEqual([]);
    await second.end("SIGTERM");
  });

  it("of a newer version is refused", async () => {
    const url = await server.createDatabase();
    await query(url, "insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9e15)");
    await expect(starting(url)).rejects.toThrow("are of a newer version");
  });
});
