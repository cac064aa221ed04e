import type { RecordSchema as ConnectedRecord } from "@workspace-api/server";
import { and, asc, eq, inArray } from "drizzle-orm";

import type { Caller, Context } from "../context.js";
import type { Db } from "../database/open.js";
import { records, recordTasks, tasks } from "../database/schema.js";
import { isRecordVisible } from "../visibility/records.js";
import { isTaskVisible } from "../visibility/tasks.js";

export type RecordRow = typeof records.$inferSelect;

/** Records with the tasks that they are linked to and the caller may see, in the order given. */
export async function recordsOf(
  db: Db,
  caller: Caller,
  rows: readonly RecordRow[],
): Promise<ConnectedRecord[]> {
  const ids = rows.map(({ recordId }) => recordId);
  const links =
    ids.length === 0
      ? []
      : await db
          .select({ recordId: recordTasks.recordId, taskId: recordTasks.taskId })
          .from(recordTasks)
          .innerJoin(tasks, eq(tasks.taskId, recordTasks.taskId))
          .where(and(inArray(recordTasks.recordId, ids), isTaskVisible(caller)))
          .orderBy(asc(recordTasks.createdAt), asc(recordTasks.taskId));
  return rows.map((row) => ({
    recordId: row.recordId,
    workspaceId: row.workspaceId,
    kind: row.kind,
    provider: row.provider,
    externalId: row.externalId,
    url: row.url,
    title: row.title,
    state: row.state,
    taskIds: links.flatMap(({ recordId, taskId }) => (recordId === row.recordId ? [taskId] : [])),
    occurredAt: row.occurredAt.toISOString(),
    syncedAt: row.syncedAt.toISOString(),
  }));
}

/** A record that the caller may see. */
export async function findRecord({ db, caller }: Context, recordId: string): Promise<RecordRow | undefined> {
  const [row] = await db
    .select()
    .from(records)
    .where(and(eq(records.recordId, recordId), isRecordVisible(db, caller)));
  return row;
}
