import type { Fail } from "@workspace-api/server";
import { and, eq, isNull, or } from "drizzle-orm";

import type { Context } from "../context.js";
import { taskRelations, tasks } from "../database/schema.js";
import { takeTurns } from "../database/turns.js";
import { emitTask } from "./task-events.js";
import { taskAndSummaryOf, type TaskRow } from "./task-view.js";
import { touch } from "./update-task.js";

/** Deletes a locked task that the caller may change, and tells of it; its row stays for support. */
export async function deleteTask(
  context: Context,
  fail: Fail<"task_has_children">,
  row: TaskRow,
  isDetaching: boolean,
): Promise<void> {
  const { db } = context;
  const { taskId } = row;
  // Nobody gets it for a parent meanwhile.
  await takeTurns(context);
  const children = await db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(and(eq(tasks.parentTaskId, taskId), isNull(tasks.deletedAt)))
    .orderBy(tasks.taskId)
    .for("update");
  if (children.length > 0 && !isDetaching)
    throw fail("task_has_children", `Task ${taskId} is the parent of other tasks.`);
  const { summary } = await taskAndSummaryOf(context, row, context.now());
  for (const child of children) {
    await db
      .update(tasks)
      .set({ parentTaskId: null, parentSince: null })
      .where(eq(tasks.taskId, child.taskId));
    await touch(context, child.taskId);
  }
  await db
    .delete(taskRelations)
    .where(or(eq(taskRelations.taskId, taskId), eq(taskRelations.relatedTaskId, taskId)));
  await db
    .update(tasks)
    .set({ deletedAt: context.now(), version: row.version + 1 })
    .where(eq(tasks.taskId, taskId));
  await emitTask(context, "task.deleted", summary);
}
