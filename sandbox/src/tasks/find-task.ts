import { and, eq, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import { tasks } from "../database/schema.js";
import { isTaskVisible } from "../visibility/tasks.js";
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

/** The same, locked until the end of the transaction, so that nobody changes it in between. */
export async function lockTask(context: Context, taskId: string, also?: SQL): Promise<TaskRow | undefined> {
  const { db, caller } = context;
  await db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(and(eq(tasks.workspaceId, caller.workspaceId), eq(tasks.taskId, taskId)))
    .for("update");
  return findTask(context, taskId, also);
}
