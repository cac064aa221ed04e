import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { openDatabase, type Database, type DatabaseOptions } from "../../../sandbox/src/database/open.js";
import { serveSandbox } from "../../../sandbox/src/serve.js";
import { postgresMissing, startPostgres, type PostgresServer } from "../../support/postgres.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";
import { openTransaction } from "../../support/transactions.js";

const TASKS = "/workspaces/current/tasks";
const skipped = postgresMissing === undefined ? "" : ` (skipped: ${postgresMissing})`;

describe.skipIf(postgresMissing !== undefined)(`expensive requests on PostgreSQL${skipped}`, () => {
  let server: PostgresServer;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function start(options: DatabaseOptions = {}): Promise<TestSandbox> {
    const url = await server.createDatabase();
    const database = await openDatabase({ url, ...options });
    const sandbox = await startSandbox({ database, log: { info: () => {}, error: () => {} } });
    closing.push(() => sandbox.close());
    return sandbox;
  }

  /** Has every read of tasks take for ever, until it is told to end. */
  async function holdTasks(database: Database): Promise<void> {
    const { carryOn, end } = await openTransaction(database, "lock table tasks");
    closing.push(async () => {
      carryOn();
      await end;
    });
  }

  async function waiting({ db }: Database): Promise<number> {
    const found = await db.execute("select pid from pg_stat_activity where wait_event_type = 'Lock'");
    // What the driver gives; the common type of both drivers does not tell.
    return (found as unknown as { rows: unknown[] }).rows.length;
  }

  it("are ended by the time limit of statements, with 503 and a time to wait", async () => {
    const sandbox = await start({ statementMs: 200 });
    await holdTasks(sandbox.database);
    const response = await sandbox.call("GET", TASKS);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
  });

  it("are cancelled when nobody waits for the answer any more", async () => {
    const sandbox = await start();
    const served = await serveSandbox(sandbox, { port: 0 });
    closing.push(() => served.close());
    await holdTasks(sandbox.database);
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${sandbox.secrets.owner}` };
    const asked = fetch(`${served.url}/api/v1${TASKS}`, { headers, signal: leaving.signal });
    await expect.poll(() => waiting(sandbox.database)).toBe(1);
    leaving.abort();
    await expect(asked).rejects.toThrow("aborted");
    await expect.poll(() => waiting(sandbox.database)).toBe(0);
  });

  it("of one credential leave connections for others", async () => {
    const sandbox = await start({ connections: 4 });
    await holdTasks(sandbox.database);
    const stuck = Array.from({ length: 20 }, () => sandbox.call("GET", TASKS, { as: "key" }));
    await expect.poll(() => waiting(sandbox.database)).toBe(2);
    expect((await sandbox.call("GET", "/me", { as: "owner" })).status).toBe(200);
    expect((await sandbox.call("GET", "/me", { as: "strangerKey" })).status).toBe(200);
    for (const close of closing.splice(1)) await close();
    const statuses = (await Promise.all(stuck)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});
