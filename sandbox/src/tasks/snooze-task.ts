import type { Fail, TaskSnooze, TaskSnoozeRequest } from "@workspace-api/server";
import { eq } from "drizzle-orm";

import { DAY } from "../clock.js";
import type { Context } from "../context.js";
import { tasks } from "../database/schema.js";
import { momentOf } from "../moments.js";
import { audienceOfTaskId } from "../visibility/audience.js";
import { assertMayChange } from "./may-change.js";
import type { TaskRow } from "./task-view.js";
import { touch } from "./update-task.js";

const YEAR_MS = 366 * DAY;

/** Puts a locked task aside until a moment, and tells of it. */
export async function snoozeTask(
  context: Context,
  fail: Fail<"validation_failed" | "permission_denied">,
  row: TaskRow,
  request: TaskSnoozeRequest,
): Promise<TaskSnooze> {
  await assertMayChange(context, row.taskId, fail);
  const now = context.now();
  const until = momentOf(request.until);
  if (until <= now || until.getTime() - now.getTime() > YEAR_MS) {
    const message = "Must be in the future, and at most one year away.";
    throw fail("validation_failed", undefined, {
      errors: [{ pointer: "/until", code: "not_allowed", message }],
    });
  }
  const { taskId, workspaceId } = row;
  const reason = request.reason ?? null;
  const snooze = { taskId, until: until.toISOString(), reason };
  // A repeat changes nothing.
  if (
    row.snoozedAt !== null &&
    row.snoozedUntil?.getTime() === until.getTime() &&
    row.snoozeReason === reason
  )
    return { ...snooze, userId: row.snoozedBy, createdAt: row.snoozedAt.toISOString() };
  const { userId } = context;
  const taskSnooze = { ...snooze, userId, createdAt: now.toISOString() };
  await context.db
    .update(tasks)
    .set({
      snoozedUntil: until,
      snoozeReason: reason,
      snoozedBy: userId,
      snoozedAt: now,
      version: row.version + 1,
      updatedAt: now,
    })
    .where(eq(tasks.taskId, taskId));
  const resource = { type: "task", id: taskId, workspaceId };
  const audience = await audienceOfTaskId(context.db, taskId);
  await context.emit({ type: "task.snoozed", subject: taskId, data: { resource, taskSnooze }, audience });
  return taskSnooze;
}

/** Brings a locked task back, if it was put aside, and tells of it. */
export async function unsnoozeTask(
  context: Context,
  fail: Fail<"permission_denied">,
  row: TaskRow,
): Promise<void> {
  await assertMayChange(context, row.taskId, fail);
  if (row.snoozedUntil === null || row.snoozedUntil <= context.now()) return;
  const none = { snoozedUntil: null, snoozeReason: null, snoozedBy: null, snoozedAt: null };
  await context.db.update(tasks).set(none).where(eq(tasks.taskId, row.taskId));
  await touch(context, row.taskId);
}
