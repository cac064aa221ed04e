import { and, eq, isNull, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import { tasks } from "../database/schema.js";
import { isTaskVisible } from "../visibility/tasks.js";
import { changePartsOf, type ChangeParts } from "./task-parts.js";
import { selectTasks, type TaskRow } from "./task-view.js";

/** A task that the caller may see; `also` narrows what counts as one. */
export async function findTask(
  { db, caller }: Context,
  taskId: string,
  also?: SQL,
): Promise<TaskRow | undefined> {
  const [row] = await selectTasks(db).where(and(eq(tasks.taskId, taskId), isTaskVisible(caller), also));
  return row;
}

/** A task that is locked, with its parts. */
export interface LockedTask {
  readonly row: TaskRow;
  readonly parts: ChangeParts;
}

/** A task that the caller may see, locked and with all that a change of it asks, by two statements. */
export async function lockForChange(
  context: Context,
  taskId: string,
  also?: SQL,
): Promise<LockedTask | undefined> {
  const { db, caller } = context;
  const isThere = and(eq(tasks.workspaceId, caller.workspaceId), isNull(tasks.deletedAt));
  const [locked] = await db
    .select()
    .from(tasks)
    .where(and(eq(tasks.taskId, taskId), isThere, also))
    .for("update");
  if (!locked) return undefined;
  // Another statement, so that it sees what was changed while this one waited for the lock.
  const parts = await changePartsOf(context, taskId);
  return parts.isSeen ? { row: { ...locked, description: parts.description }, parts } : undefined;
}

/** The same as `findTask`, locked until the end of the transaction, so that nobody changes it in between. */
export async function lockTask(context: Context, taskId: string, also?: SQL): Promise<TaskRow | undefined> {
  const { db, caller } = context;
  await db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(and(eq(tasks.workspaceId, caller.workspaceId), eq(tasks.taskId, taskId)))
    .for("update");
  return findTask(context, taskId, also);
}
