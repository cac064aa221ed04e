import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openDatabase, type Database } from "../../../sandbox/src/database/open.js";
import { isOutage } from "../../../sandbox/src/http/outages.js";
import { postgresMissing, startPostgres, type PostgresServer } from "../../support/postgres.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";
import { openTransaction } from "../../support/transactions.js";

const skipped = postgresMissing === undefined ? "" : ` (skipped: ${postgresMissing})`;

describe.skipIf(postgresMissing !== undefined)(`a PostgreSQL that restarts${skipped}`, () => {
  let server: PostgresServer;
  let database: Database;
  let sandbox: TestSandbox;
  beforeAll(async () => {
    server = await startPostgres();
    database = await openDatabase({ url: await server.createDatabase() });
    sandbox = await startSandbox({ database, log: { info: () => {}, error: () => {} } });
  });
  afterAll(async () => {
    await sandbox.close();
    await server.stop();
  });

  const TASKS = "/workspaces/current/tasks";
  const create = (): Promise<Response> => sandbox.call("POST", TASKS, { body: { title: "Hold out" } });
  const ask = (path: string): Promise<Response> => sandbox.fetch(new Request(`http://127.0.0.1:4010${path}`));

  it("is told of with 503 and a time to wait, ends no process, and is used again when it is back", async () => {
    const open = await openTransaction(database);
    await server.interrupt(async () => {
      for (const refused of [await create(), await sandbox.call("GET", TASKS)]) {
        expect(refused.status).toBe(503);
        expect(refused.headers.get("retry-after")).toBe("1");
        expect(await refused.json()).toMatchObject({ code: "unavailable" });
      }
      expect((await ask("/readyz")).status).toBe(503);
      expect((await ask("/healthz")).status).toBe(200);
      expect((await ask("/app/auth/authorize?client_id=app_tests")).status).toBe(503);
      await expect(sandbox.deliveries.runDue()).rejects.toThrow("Failed query");
      open.carryOn();
      await expect(open.end).rejects.toThrow("Failed query");
    });
    expect((await create()).status).toBe(201);
    expect((await ask("/readyz")).status).toBe(200);
    await sandbox.deliveries.runDue();
  });

  it("keeps nobody waiting for ever while all its connections are in use", async () => {
    const url = await server.createDatabase();
    const narrow = await openDatabase({ url, connections: 1, patienceMs: 1000 });
    const crowded = await startSandbox({ database: narrow, log: { info: () => {}, error: () => {} } });
    const open = await openTransaction(narrow);
    const refused = await crowded.call("GET", TASKS);
    expect(refused.status).toBe(503);
    open.carryOn();
    await open.end;
    expect((await crowded.call("GET", TASKS)).status).toBe(200);
    await crowded.close();
  });

  it("lets go of what a frozen instance has locked", async () => {
    const url = await server.createDatabase();
    const [frozen, other] = await Promise.all([1, 2].map(() => openDatabase({ url, patienceMs: 1000 })));
    if (frozen === undefined || other === undefined) throw new Error("Both are open.");
    const open = await openTransaction(frozen, "lock table settings");
    await other.db.execute("delete from settings");
    open.carryOn();
    await expect(open.end).rejects.toSatisfy(isOutage);
    await Promise.all([frozen.close(), other.close()]);
  });
});
