import type { TaskSummary } from "@workspace-api/server";

import type { Context } from "../context.js";

/** Tells the workspace's webhooks what happened to a task. */
export async function emitTask(
  context: Context,
  type: "task.created" | "task.updated" | "task.deleted",
  task: TaskSummary,
): Promise<void> {
  const { taskId, workspaceId } = task;
  const resource = { type: "task", id: taskId, workspaceId };
  await context.emit({ type, subject: taskId, data: { resource, task } });
}
