import type { Fail, Handlers, RecordSchema as ConnectedRecord } from "@workspace-api/server";
import { and, eq, exists, inArray, sql } from "drizzle-orm";

import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { records, recordTasks } from "../database/schema.js";
import { findRecord, recordsOf, type RecordRow } from "../records/record-view.js";
import { findTask, lockTask } from "../tasks/find-task.js";
import { assertMayChange } from "../tasks/may-change.js";
import { touch } from "../tasks/update-task.js";
import { isRecordVisible } from "../visibility/records.js";
import { noTask } from "./tasks.js";

const LATEST: Order = {
  key: records.occurredAt,
  id: records.recordId,
  type: "timestamptz",
  isDescending: true,
};

export const recordHandlers = {
  async listRecords({ query, fail }, context) {
    const { db, caller } = context;
    const { kind, provider, taskId, limit } = query;
    const after = context.positionOf(query.cursor, fail);
    if (taskId !== undefined && !(await findTask(context, taskId)))
      return { status: 200, body: { records: [], nextCursor: null } };
    const links = db
      .select({ one: sql`1` })
      .from(recordTasks)
      .where(and(eq(recordTasks.recordId, records.recordId), eq(recordTasks.taskId, taskId ?? "")));
    const rows = await db
      .select({ record: records, sortKey: sortKeyOf(LATEST) })
      .from(records)
      .where(
        and(
          isRecordVisible(db, caller),
          kind && inArray(records.kind, kind),
          provider === undefined ? undefined : eq(records.provider, provider),
          taskId === undefined ? undefined : exists(links),
          isAfter(LATEST, after),
        ),
      )
      .orderBy(inOrder(LATEST))
      .limit(limit + 1);
    const { page, next } = pageOf(rows, limit, ({ record }) => record.recordId);
    const found = await recordsOf(
      db,
      caller,
      page.map(({ record }) => record),
    );
    return { status: 200, body: { records: found, nextCursor: context.cursorOf(next) } };
  },

  async fetchRecord({ path, fail }, context) {
    const row = (await findRecord(context, path.recordId)) ?? noRecord(fail, path.recordId);
    return { status: 200, body: await viewOf(context, row) };
  },

  async linkRecordTask({ path, fail }, context) {
    const { recordId, taskId } = path;
    const row = (await findRecord(context, recordId)) ?? noRecord(fail, recordId);
    const task = (await lockTask(context, taskId)) ?? noTask(fail, taskId);
    await assertMayChange(context, taskId, fail);
    const link = { workspaceId: task.workspaceId, recordId, taskId, createdAt: context.now() };
    const added = await context.db.insert(recordTasks).values(link).onConflictDoNothing().returning();
    if (added.length > 0) await touch(context, taskId);
    return { status: 200, body: await viewOf(context, row) };
  },

  async unlinkRecordTask({ path, fail }, context) {
    const { recordId, taskId } = path;
    if (!(await findRecord(context, recordId))) return noRecord(fail, recordId);
    if (!(await lockTask(context, taskId))) return noLink(fail, path);
    await assertMayChange(context, taskId, fail);
    const removed = await context.db
      .delete(recordTasks)
      .where(and(eq(recordTasks.recordId, recordId), eq(recordTasks.taskId, taskId)))
      .returning();
    if (removed.length === 0) return noLink(fail, path);
    await touch(context, taskId);
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;

async function viewOf({ db, caller }: Context, row: RecordRow): Promise<ConnectedRecord> {
  const [record] = await recordsOf(db, caller, [row]);
  if (!record) throw new Error("A record that was found has a view.");
  return record;
}

function noRecord(fail: Fail<"record_not_found">, recordId: string): never {
  throw fail("record_not_found", `The workspace has no record ${recordId}.`);
}

function noLink(
  fail: Fail<"link_not_found">,
  { recordId, taskId }: { readonly recordId: string; readonly taskId: string },
): never {
  throw fail("link_not_found", `Record ${recordId} is not linked to task ${taskId}.`);
}
