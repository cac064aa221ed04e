import type { Fail, Task, TaskCreate } from "@workspace-api/server";

import type { Context } from "../context.js";
import { taskContributors, taskLabels, tasks, taskTeams } from "../database/schema.js";
import { takeTurns } from "../database/turns.js";
import { momentOf } from "../moments.js";
import { referenceErrors } from "./check-references.js";
import { writeDescription } from "./description.js";
import { hierarchyFault } from "./hierarchy.js";
import { findTask } from "./find-task.js";
import { emitTask } from "./task-events.js";
import { taskAndSummaryOf, type TaskRow } from "./task-view.js";
import { mayChange } from "./may-change.js";

/** How the creation of a task can be refused. */
type CreateFail = Fail<"validation_failed" | "hierarchy_too_deep" | "permission_denied">;

/** Only completed work has a time of completion. */
export const NOT_COMPLETED = {
  pointer: "/completedAt",
  code: "not_allowed",
  message: "Only a task with the status `completed` has one.",
} as const;

/** Creates a task with its teams, people, labels and description, and tells of it. */
export async function createTask(context: Context, fail: CreateFail, input: TaskCreate): Promise<Task> {
  const { db, caller } = context;
  const userId = input.userId ?? (caller.kind === "member" ? caller.userId : undefined);
  await check(context, fail, { ...input, ...(userId === undefined ? {} : { userId }) });
  const values = rowFor(context, input, userId ?? "");
  const [inserted = values] = await db.insert(tasks).values(values).returning();
  await writeParts(context, inserted, input);
  const row = await withDocument(context, inserted, input.description);
  const { task, summary } = await taskAndSummaryOf(context, row, context.now());
  await emitTask(context, "task.created", summary);
  return task;
}

function rowFor(context: Context, input: TaskCreate, userId: string): TaskRow {
  const { kind = "task", parentTaskId = null } = input;
  const scope = input.scope ?? (kind === "task" ? "day" : "ongoing");
  const status = input.status ?? (kind === "task" ? "open" : "idea");
  const now = context.now();
  return {
    taskId: context.newId("task"),
    workspaceId: context.caller.workspaceId,
    title: input.title,
    description: (scope === "initiative" ? undefined : input.description) || null,
    scope,
    kind,
    status,
    visibility: input.visibility ?? "team",
    userId,
    parentTaskId,
    parentSince: parentTaskId === null ? null : now,
    documentId: null,
    topic: input.topic ?? null,
    workTypes: input.workTypes ?? [],
    deadline: momentIn(input.deadline),
    completedAt: status === "completed" ? (momentIn(input.completedAt) ?? now) : null,
    snoozedUntil: null,
    snoozeReason: null,
    snoozedBy: null,
    snoozedAt: null,
    triageStatus: kind === "task" ? null : status === "idea" ? "pending" : "accepted",
    source: "api",
    createdBy: context.userId,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    version: 1,
  };
}

/** Writes the description of an initiative, which is kept in a document. */
async function withDocument(
  context: Context,
  row: TaskRow,
  description: string | null | undefined,
): Promise<TaskRow> {
  if (row.scope !== "initiative" || !description) return row;
  await writeDescription(context, row, description);
  return (await findTask(context, row.taskId)) ?? row;
}

async function check(context: Context, fail: CreateFail, input: TaskCreate): Promise<void> {
  const { db, caller } = context;
  // Nobody deletes or moves the parent meanwhile.
  if (typeof input.parentTaskId === "string") await takeTurns(context);
  const errors = await referenceErrors(db, caller, input);
  if (input.userId === undefined)
    errors.push({ pointer: "/userId", code: "required", message: "An API key has to name the owner." });
  if (input.status === "merged")
    errors.push({ pointer: "/status", code: "not_allowed", message: "Only an integration sets `merged`." });
  if (typeof input.completedAt === "string" && input.status !== "completed") errors.push(NOT_COMPLETED);
  if (errors.length > 0) throw fail("validation_failed", undefined, { errors });
  if (!(await mayChange(db, caller, input.teamIds ?? [])))
    throw fail("permission_denied", "Observers of a team may not create tasks in it.");
  if (typeof input.parentTaskId !== "string") return;
  if (await hierarchyFault(db, undefined, input.parentTaskId))
    throw fail("hierarchy_too_deep", "The hierarchy would be more than 10 levels deep.");
}

/** Replaces the people, teams and labels of a task, those that are given. */
export async function writeParts(
  { db }: Context,
  { taskId, workspaceId }: TaskRow,
  parts: Pick<TaskCreate, "contributors" | "teamIds" | "taxonomyLabelIds">,
): Promise<void> {
  const { contributors = [], teamIds = [], taxonomyLabelIds = [] } = parts;
  const own = { taskId, workspaceId };
  if (contributors.length > 0)
    await db
      .insert(taskContributors)
      .values(contributors.map(({ userId, type }, position) => ({ ...own, userId, type, position })));
  if (teamIds.length > 0)
    await db.insert(taskTeams).values(teamIds.map((teamId, position) => ({ ...own, teamId, position })));
  if (taxonomyLabelIds.length > 0)
    await db
      .insert(taskLabels)
      .values(taxonomyLabelIds.map((taxonomyLabelId, position) => ({ ...own, taxonomyLabelId, position })));
}

/** A moment out of a body, which may leave it out or clear it. */
export function momentIn(text: string | null | undefined): Date | null {
  return typeof text === "string" ? momentOf(text) : null;
}
