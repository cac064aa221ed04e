import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { eq } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";

import type { Database } from "../../sandbox/src/database/open.js";
import { openDatabase } from "../../sandbox/src/database/open.js";
import { workspaces } from "../../sandbox/src/database/schema.js";
import { describeDatabases, openEmbedded, snapshots } from "../support/databases.js";
import { postgresMissing, startPostgres } from "../support/postgres.js";
import { scratchFolder } from "../support/scratch.js";

const now = new Date("2026-03-02T09:00:00.123Z");
const row = { workspaceId: "w_northwind", name: "Northwind", createdAt: now, updatedAt: now };

describeDatabases("the database", (open) => {
  let database: Database | undefined;
  afterAll(() => database?.close());

  it("opens with all tables and keeps times to the millisecond", async () => {
    database = await open();
    await database.ping();
    await database.db.insert(workspaces).values(row);
    expect(await database.db.select().from(workspaces)).toEqual([{ ...row, version: 1 }]);
  });

  it("undoes a transaction that throws", async () => {
    const failed = database?.transaction(async (tx) => {
      await tx.update(workspaces).set({ name: "Other" }).where(eq(workspaces.workspaceId, "w_northwind"));
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await database?.db.select({ name: workspaces.name }).from(workspaces)).toEqual([
      { name: "Northwind" },
    ]);
  });
});

describe.skipIf(postgresMissing !== undefined)("two transactions that wait for each other", () => {
  it("are both carried out", async () => {
    const server = await startPostgres();
    const { db, transaction, close } = await openDatabase({ url: await server.createDatabase() });
    const ids = ["w_contoso", "w_northwind"];
    await db.insert(workspaces).values(ids.map((workspaceId) => ({ ...row, workspaceId })));
    let runs = 0;
    let held = 0;
    let bothHaveOne = (): void => {};
    const meeting = new Promise<void>((resolve) => {
      bothHaveOne = resolve;
    });
    const renameIn = (order: readonly string[]): Promise<void> =>
      transaction(async (tx) => {
        runs += 1;
        for (const workspaceId of order) {
          await tx.update(workspaces).set({ name: "Both" }).where(eq(workspaces.workspaceId, workspaceId));
          held += 1;
          if (held === 2) bothHaveOne();
          await meeting;
        }
      });
    await Promise.all([renameIn(ids), renameIn(ids.toReversed())]);
    expect(runs).toBe(3);
    await close();
    await server.stop();
  });
});

describe("the embedded database", () => {
  it("lets the process see to other things between two queries", async () => {
    const database = await openEmbedded();
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all(Array.from({ length: 20 }, () => database.ping()));
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(19);
    await database.close();
  });
});

describe("a folder in which a database was not set up to the end", () => {
  it("is begun anew, and one that was is left alone", async () => {
    const dataDir = join(scratchFolder(), "database");
    mkdirSync(join(dataDir, "base"), { recursive: true });
    // Which file comes last depends on how it is set up.
    writeFileSync(join(dataDir, "PG_VERSION"), "17");
    writeFileSync(`${dataDir}.unfinished`, "");
    const first = await openDatabase({ dataDir, snapshots });
    await first.db.insert(workspaces).values(row);
    await first.close();
    expect(existsSync(`${dataDir}.unfinished`)).toBe(false);
    const second = await openDatabase({ dataDir, snapshots });
    expect(await second.db.select().from(workspaces)).toHaveLength(1);
    await second.close();
  });
});

describe.skipIf(postgresMissing !== undefined)("a new PostgreSQL database", () => {
  it("is set up once by instances that start together", async () => {
    const server = await startPostgres();
    try {
      const url = await server.createDatabase();
      const first = await openDatabase({ url });
      await first.db.execute("drop schema public cascade; drop schema drizzle cascade; create schema public");
      await first.close();
      const together = await Promise.all([1, 2, 3].map(() => openDatabase({ url })));
      expect(await together[2]?.db.select().from(workspaces)).toEqual([]);
      await Promise.all(together.map((instance) => instance.close()));
    } finally {
      await server.stop();
    }
  });
});
