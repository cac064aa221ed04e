import type { Fail, Task, TriageDecision } from "@workspace-api/server";
import { eq } from "drizzle-orm";

import { addComment } from "../comments/add-comment.js";
import type { Context } from "../context.js";
import { taskRelations, tasks } from "../database/schema.js";
import { findTask } from "./find-task.js";
import { assertMayChange } from "./may-change.js";
import { hasRoom, MOST_RELATIONS } from "./relation-limit.js";
import type { TaskRow } from "./task-view.js";
import { touch } from "./update-task.js";

/** Decides what becomes of a locked task that awaits triage, and tells of it. */
export async function decideTriage(
  context: Context,
  fail: Fail<"triage_not_pending" | "validation_failed" | "permission_denied">,
  row: TaskRow,
  decision: TriageDecision,
): Promise<Task> {
  await assertMayChange(context, row.taskId, fail);
  if (row.triageStatus !== "pending")
    throw fail("triage_not_pending", `Task ${row.taskId} does not await triage.`);
  const outcome = await outcomeOf(context, fail, row, decision);
  await context.db.update(tasks).set(outcome).where(eq(tasks.taskId, row.taskId));
  if (decision.comment !== undefined) await addComment(context, row, { content: decision.comment });
  return touch(context, row.taskId);
}

async function outcomeOf(
  context: Context,
  fail: Fail<"validation_failed">,
  row: TaskRow,
  decision: TriageDecision,
): Promise<Partial<TaskRow>> {
  if (decision.decision === "decline") return { status: "cancelled", triageStatus: "declined" };
  if (decision.decision === "accept") {
    const { status = "open" } = decision;
    if (status === "idea" || status === "merged")
      throw refusal(fail, "/status", "not_allowed", `\`${status}\` accepts nothing.`);
    const completedAt = status === "completed" ? context.now() : null;
    return { status, completedAt, triageStatus: "accepted" };
  }
  const { duplicateOfTaskId: relatedTaskId } = decision;
  if (relatedTaskId === row.taskId || !(await findTask(context, relatedTaskId)))
    throw refusal(fail, "/duplicateOfTaskId", "not_found", "There is no such other task.");
  const { taskId, workspaceId } = row;
  const hasSpace = await hasRoom(context.db, row);
  const added = await context.db
    .insert(taskRelations)
    .values({ taskId, workspaceId, type: "duplicates", relatedTaskId, createdAt: context.now() })
    .onConflictDoNothing()
    .returning();
  if (added.length > 0 && !hasSpace)
    throw refusal(fail, "/duplicateOfTaskId", "not_allowed", `The task has ${MOST_RELATIONS} relations.`);
  return { status: "cancelled", triageStatus: "duplicate" };
}

function refusal(
  fail: Fail<"validation_failed">,
  pointer: string,
  code: "not_allowed" | "not_found",
  message: string,
): never {
  throw fail("validation_failed", undefined, { errors: [{ pointer, code, message }] });
}
