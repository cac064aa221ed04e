import type { Fail, Task, TaskSummary, TaskUpdate } from "@workspace-api/server";
import { eq } from "drizzle-orm";

import type { Context } from "../context.js";
import { taskContributors, taskLabels, tasks, taskTeams } from "../database/schema.js";
import { takeTurns } from "../database/turns.js";
import { referenceErrors } from "./check-references.js";
import { momentIn, NOT_COMPLETED, writeParts } from "./create-task.js";
import { writeDescription } from "./description.js";
import { hierarchyFault } from "./hierarchy.js";
import { hasRoom, MOST_RELATIONS } from "./relation-limit.js";
import { emitTask } from "./task-events.js";
import { selectTasks, taskAndSummaryOf, viewsOf, type TaskRow } from "./task-view.js";
import type { LockedTask } from "./find-task.js";
import { assertRolesAllow, mayChange } from "./may-change.js";

/** How a change of a task can be refused. */
export type UpdateFail = Fail<
  "validation_failed" | "hierarchy_cycle" | "hierarchy_too_deep" | "permission_denied"
>;

/**
 * Changes what is given of a locked task, and tells of it, if anything changed; gives back the task as it is now.
 * Whoever may not change it is told so, whatever they expect it to be.
 */
export async function updateTask(
  context: Context,
  fail: UpdateFail & Fail<"precondition_failed">,
  { row, parts }: LockedTask,
  patch: TaskUpdate,
): Promise<Task> {
  assertRolesAllow(context, parts.callerRoles, fail);
  const now = context.now();
  const { task: before } = viewsOf(row, parts, now);
  context.assertMatch(before, fail);
  const changes = changesIn(before, patch);
  if (Object.keys(changes).length === 0) return before;
  await check(context, fail, row, before, changes);
  const isInRow = !ELSEWHERE.some((name) => changes[name] !== undefined);
  if (!isInRow) await write(context, row, changes, now);
  const counted = { version: row.version + 1, updatedAt: now };
  const after = isInRow
    ? viewsOf({ ...row, ...valuesOf(row, changes, now), ...counted }, parts, now)
    : await afterChange(context, row.taskId);
  const { version, updatedAt } = before;
  if (JSON.stringify({ ...after.task, version, updatedAt }) === JSON.stringify(before)) return before;
  return countChange(context, after, isInRow ? valuesOf(row, changes, now) : {});
}

/** What a change writes elsewhere than in the row of the task. */
const ELSEWHERE = ["description", "contributors", "teamIds", "taxonomyLabelIds", "parentTaskId"] as const;

/** Counts a change of a task, and tells of it; gives back the task as it is now. */
export async function touch(context: Context, taskId: string): Promise<Task> {
  return countChange(context, await afterChange(context, taskId));
}

/** A task as it is once its change is counted. */
async function afterChange(context: Context, taskId: string): Promise<{ task: Task; summary: TaskSummary }> {
  const row = await mustFind(context, taskId);
  const now = context.now();
  return taskAndSummaryOf(context, { ...row, version: row.version + 1, updatedAt: now }, now);
}

/** Counts a change, with what it writes into the row of the task besides, and tells of it. */
async function countChange(
  context: Context,
  { task, summary }: { task: Task; summary: TaskSummary },
  values: Partial<TaskRow> = {},
): Promise<Task> {
  const { taskId, version, updatedAt } = task;
  const counted = { ...values, version, updatedAt: new Date(updatedAt) };
  await context.db.update(tasks).set(counted).where(eq(tasks.taskId, taskId));
  await emitTask(context, "task.updated", summary);
  return task;
}

async function mustFind(context: Context, taskId: string): Promise<TaskRow> {
  // Whoever gives a task away may not see it any more, but is still told what became of it.
  const [row] = await selectTasks(context.db).where(eq(tasks.taskId, taskId));
  if (!row) throw new Error("A task that is locked is there.");
  return row;
}

/** The members of a patch that say something else than the task does: whole objects may be sent back. */
function changesIn(task: object, patch: TaskUpdate): TaskUpdate {
  const known = new Map<string, unknown>(Object.entries(task));
  return Object.fromEntries(
    Object.entries(patch).filter(
      ([name, value]) => JSON.stringify(known.get(name)) !== JSON.stringify(value),
    ),
  );
}

async function check(
  context: Context,
  fail: UpdateFail,
  row: TaskRow,
  before: Task,
  changes: TaskUpdate,
): Promise<void> {
  const { db, caller } = context;
  const { parentTaskId, teamIds } = changes;
  const getsParent = typeof parentTaskId === "string";
  // Nobody deletes or moves the new parent meanwhile.
  if (getsParent) await takeTurns(context);
  const errors = await referenceErrors(db, caller, changes, before);
  if (changes.status === "merged")
    errors.push({ pointer: "/status", code: "not_allowed", message: "Only an integration sets `merged`." });
  if (getsParent && row.parentTaskId === null && !(await hasRoom(db, row))) {
    const message = `The task already has ${MOST_RELATIONS} relations.`;
    errors.push({ pointer: "/parentTaskId", code: "not_allowed", message });
  }
  if (typeof changes.completedAt === "string" && (changes.status ?? row.status) !== "completed")
    errors.push(NOT_COMPLETED);
  if (errors.length > 0) throw fail("validation_failed", undefined, { errors });
  const isMoving = teamIds?.some((teamId) => !before.teamIds.includes(teamId));
  if (isMoving && !(await mayChange(db, caller, teamIds ?? [])))
    throw fail("permission_denied", "Observers of a team may not give it tasks.");
  if (!getsParent) return;
  const fault = await hierarchyFault(db, row.taskId, parentTaskId);
  if (fault === "hierarchy_cycle")
    throw fail(
      "hierarchy_cycle",
      `Task ${parentTaskId} is ${row.taskId} or below it and cannot be its parent.`,
    );
  if (fault) throw fail("hierarchy_too_deep", "The hierarchy would be more than 10 levels deep.");
}

async function write(context: Context, row: TaskRow, changes: TaskUpdate, now: Date): Promise<void> {
  const { db } = context;
  const { description, contributors, teamIds, taxonomyLabelIds, scope } = changes;
  await db
    .update(tasks)
    .set(valuesOf(row, changes, now))
    .where(eq(tasks.taskId, row.taskId));
  if (contributors) await db.delete(taskContributors).where(eq(taskContributors.taskId, row.taskId));
  if (teamIds) await db.delete(taskTeams).where(eq(taskTeams.taskId, row.taskId));
  if (taxonomyLabelIds) await db.delete(taskLabels).where(eq(taskLabels.taskId, row.taskId));
  await writeParts(context, row, defined({ contributors, teamIds, taxonomyLabelIds }));
  if (description !== undefined)
    await writeDescription(context, { ...row, scope: scope ?? row.scope }, description || null);
}

/** What a change writes into the row of the task. */
function valuesOf(row: TaskRow, changes: TaskUpdate, now: Date): Partial<TaskRow> {
  const { parentTaskId, deadline, title, userId, scope, kind, visibility, topic, workTypes } = changes;
  return {
    ...defined({ title, userId, scope, kind, visibility, topic, workTypes }),
    ...(deadline === undefined ? {} : { deadline: momentIn(deadline) }),
    ...(parentTaskId === undefined ? {} : { parentTaskId, parentSince: parentTaskId === null ? null : now }),
    ...progressOf(row, changes, now),
  };
}

/** Status, and what follows from it: when the work was completed, and how triage ended. */
function progressOf(row: TaskRow, changes: TaskUpdate, now: Date): Partial<TaskRow> {
  const status = changes.status ?? row.status;
  const kind = changes.kind ?? row.kind;
  const given = momentIn(changes.completedAt);
  const completedAt = status === "completed" ? (given ?? row.completedAt ?? now) : null;
  return { status, completedAt, triageStatus: triageOf(row, kind, status) };
}

function triageOf(row: TaskRow, kind: string, status: string): TaskRow["triageStatus"] {
  if (kind === "task") return null;
  if (row.triageStatus !== null && row.triageStatus !== "pending") return row.triageStatus;
  if (status === "idea") return "pending";
  // Whoever moves it on without a triage has decided it.
  return status === "cancelled" ? "declined" : "accepted";
}

/** The members that are there: a patch tells "absent" from "null". */
function defined<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  // The same members without those that are undefined, which the callers spread into a patch.
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
