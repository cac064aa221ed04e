import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openDatabase, type Database } from "../../sandbox/src/database/open.js";
import { rowsOf } from "../../sandbox/src/database/rows.js";
import { postgresMissing, startPostgres, type PostgresServer } from "../support/postgres.js";
import { startSandbox, type Identity, type TestSandbox } from "../support/sandbox.js";

const skipped = postgresMissing === undefined ? "" : ` (skipped: ${postgresMissing})`;

describe.skipIf(postgresMissing !== undefined)(`PostgreSQL answers by an index${skipped}`, () => {
  let server: PostgresServer;
  let database: Database;
  let sandbox: TestSandbox;
  let queries: string[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    const url = await server.createDatabase();
    database = await openDatabase({ url, onQuery: (text) => queries.push(text) });
    sandbox = await startSandbox({ database });
    for (let number = 0; number < 3; number += 1)
      await sandbox.call("POST", "/workspaces/current/tasks", {
        body: { title: "Planned", status: "planned" },
      });
  });
  afterAll(async () => {
    await sandbox.close();
    await server.stop();
  });

  /** The plans of the queries that read tasks, as they are where a table is too large to be read as a whole. */
  async function plansOf(path: string, as: Identity): Promise<string> {
    queries = [];
    const response = await sandbox.call("GET", `/workspaces/current${path}`, { as });
    expect(response.status).toBe(200);
    const plans: string[] = [];
    for (const text of queries.filter((each) => /from "(tasks|documents|comments|events)"/.test(each)))
      plans.push(await planOf(text));
    return plans.join("\n");
  }

  /** The plan for any values of its parameters. */
  function planOf(text: string): Promise<string> {
    return database.db.transaction(async (tx) => {
      await tx.execute(sql.raw("set local enable_seqscan = off"));
      await tx.execute(sql.raw("set local enable_sort = off"));
      await tx.execute(sql.raw("set local plan_cache_mode = force_generic_plan"));
      await tx.execute(sql.raw(`prepare planned as ${text}`));
      const values = new Set(text.match(/\$\d+/g)).size;
      const given = Array.from({ length: values }, () => "null").join(", ");
      const rows = await rowsOf<Record<string, string>>(
        tx,
        sql.raw(`explain (costs off) execute planned(${given})`),
      );
      await tx.execute(sql.raw("deallocate planned"));
      return rows.map((row) => Object.values(row)[0] ?? "").join("\n");
    });
  }

  it.each<[string, Identity, RegExp]>([
    ["/tasks", "key", /Backward using tasks_workspace_id_created_at_task_id_index/],
    ["/tasks?sort=updatedAt", "key", /using tasks_workspace_id_updated_at_task_id_index/],
    ["/tasks?sort=title", "key", /using tasks_workspace_id_title_task_id_index/],
    ["/tasks?sort=deadline", "key", /using tasks_due_first_index/],
    ["/tasks?sort=-deadline", "key", /Backward using tasks_due_last_index/],
    ["/planned-work", "key", /using tasks_recap_index/],
    ["/comments", "key", /using comments_workspace_id_created_at_comment_id_index/],
    ["/documents", "key", /Backward using documents_workspace_id_created_at_document_id_index/],
    ["/events", "key", /using events_feed_index/],
  ])("to %s", async (path, as, index) => {
    const plan = await plansOf(path, as);
    expect(plan).toMatch(index);
    expect(plan).not.toMatch(/Seq Scan on tasks/);
  });
});
