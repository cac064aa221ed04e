import type { TaskSummary } from "@workspace-api/server";

import type { Context } from "../context.js";
import { summariesOf, type TaskRow } from "./task-view.js";

/** Tells the workspace's webhooks what happened to a task. */
export async function emitTask(
  context: Context,
  type: "task.created" | "task.updated" | "task.deleted",
  row: TaskRow,
  summary?: TaskSummary,
): Promise<void> {
  const [task = summary] = summary ? [summary] : await summariesOf(context.db, [row], context.now());
  const resource = { type: "task", id: row.taskId, workspaceId: row.workspaceId };
  await context.emit({ type, subject: row.taskId, data: { resource, task } });
}
