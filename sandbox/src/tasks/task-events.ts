import type { TaskSummary } from "@workspace-api/server";

import type { Context } from "../context.js";
import { audienceOfTask } from "../visibility/audience.js";

/**
 * Tells what happened to a task, in full: who sees the event is not told of a parent that they may not see. How much of
 * the work below is done depends on who asks, and is left out.
 */
export async function emitTask(
  context: Context,
  type: "task.created" | "task.updated" | "task.deleted",
  task: TaskSummary,
): Promise<void> {
  const { taskId, workspaceId } = task;
  const resource = { type: "task", id: taskId, workspaceId };
  const data = { resource, task: { ...task, progress: null } };
  await context.emit({ type, subject: taskId, data, audience: audienceOfTask(task) });
}
