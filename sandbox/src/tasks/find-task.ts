import type { Fail } from "@workspace-api/server";
import { and, eq, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import { tasks, taskTeams } from "../database/schema.js";
import { selectTasks, type TaskRow } from "./task-view.js";
import { isVisibleTo, mayChange } from "./visibility.js";

/** A task that the caller may see; `also` narrows what counts as one. */
export async function findTask(
  { db, caller }: Context,
  taskId: string,
  also?: SQL,
): Promise<TaskRow | undefined> {
  const [row] = await selectTasks(db).where(and(eq(tasks.taskId, taskId), isVisibleTo(db, caller), also));
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

/** Refuses callers that may see a task but not change it. */
export async function assertMayChange(
  { db, caller }: Context,
  taskId: string,
  fail: Fail<"permission_denied">,
): Promise<void> {
  const rows = await db
    .select({ teamId: taskTeams.teamId })
    .from(taskTeams)
    .where(eq(taskTeams.taskId, taskId));
  const teamIds = rows.map(({ teamId }) => teamId);
  if (!(await mayChange(db, caller, teamIds)))
    throw fail("permission_denied", "Observers of a team may not change its tasks.");
}
