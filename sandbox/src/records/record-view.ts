import type { RecordSchema as ConnectedRecord } from "@workspace-api/server";
import { and, asc, eq, inArray, isNull, or, type SQL } from "drizzle-orm";

import type { Caller, Context } from "../context.js";
import type { Db } from "../database/open.js";
import { records, recordTasks, tasks } from "../database/schema.js";
import { isVisibleTo, visibleTeams } from "../tasks/visibility.js";

export type RecordRow = typeof records.$inferSelect;

/** Which records a caller may see: those of their teams, and those of the whole workspace. */
export function isRecordVisible(db: Db, caller: Caller): SQL | undefined {
  return and(
    eq(records.workspaceId, caller.workspaceId),
    or(isNull(records.teamId), inArray(records.teamId, visibleTeams(db, caller))),
  );
}

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
          .where(and(inArray(recordTasks.recordId, ids), isVisibleTo(db, caller)))
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
