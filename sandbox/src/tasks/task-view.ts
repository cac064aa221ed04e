import type { Task, TaskSummary } from "@workspace-api/server";
import { eq, getTableColumns, sql } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { documents, tasks } from "../database/schema.js";
import { excerptOf } from "./excerpt.js";
import { ancestorsOf } from "./hierarchy.js";
import { allPartsOf, partsOf, type Asking, type MoreTaskParts, type TaskParts } from "./task-parts.js";
import { isTaskVisible } from "../visibility/tasks.js";

/** The description of a task: an initiative's is kept in a document. */
export const description = sql<
  string | null
>`nullif(coalesce(${documents.content}, ${tasks.description}), '')`;

/** A task with its description. */
export const taskColumns = { ...getTableColumns(tasks), description };

/** Selects tasks with their descriptions. */
export function selectTasks(db: Db) {
  return db
    .select(taskColumns)
    .from(tasks)
    .leftJoin(documents, eq(documents.documentId, tasks.documentId))
    .$dynamic();
}

/** A task as it is stored, with its description wherever that is kept. */
export type TaskRow = typeof tasks.$inferSelect;

/** Tasks in short form, in the order given; with the chain of those parents that the caller may see, if asked for. */
export async function summariesOf(
  asking: Asking,
  rows: readonly TaskRow[],
  now: Date,
  includeAncestors = false,
): Promise<TaskSummary[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ taskId }) => taskId);
  const parts = await partsOf(asking, ids);
  const { db, caller } = asking;
  const ancestors = includeAncestors ? await ancestorsOf(db, ids, isTaskVisible(caller)) : undefined;
  return rows.map((row) => {
    const own = parts.get(row.taskId);
    if (!own) throw new Error("A task that was found has parts.");
    return summaryOf(row, own, now, ancestors && { ancestors: ancestors.get(row.taskId) ?? [] });
  });
}

function summaryOf(
  row: TaskRow,
  { contributors, teamIds, taxonomyLabelIds, progress, isParentSeen }: TaskParts,
  now: Date,
  ancestors: Pick<TaskSummary, "ancestors"> = {},
): TaskSummary {
  return {
    taskId: row.taskId,
    workspaceId: row.workspaceId,
    title: row.title,
    excerpt: excerptOf(row.description),
    scope: row.scope,
    kind: row.kind,
    status: row.status,
    visibility: row.visibility,
    userId: row.userId,
    contributors,
    teamIds,
    taxonomyLabelIds,
    parentTaskId: isParentSeen ? row.parentTaskId : null,
    ...ancestors,
    topic: row.topic,
    workTypes: row.workTypes,
    deadline: text(row.deadline),
    completedAt: text(row.completedAt),
    snoozedUntil: row.snoozedUntil !== null && row.snoozedUntil > now ? text(row.snoozedUntil) : null,
    triageStatus: row.triageStatus,
    progress: progress && { ...progress, share: progress.done / progress.total },
    source: row.source,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}

/** A task in full. */
export async function taskOf(asking: Asking, row: TaskRow, now: Date): Promise<Task> {
  return (await taskAndSummaryOf(asking, row, now)).task;
}

/** A task in full, and in the short form that events carry, which names its parent whoever asks. */
export async function taskAndSummaryOf(
  asking: Asking,
  row: TaskRow,
  now: Date,
): Promise<{ task: Task; summary: TaskSummary }> {
  return viewsOf(row, await allPartsOf(asking, row.taskId), now);
}

/** The same, of parts that are known. */
export function viewsOf(row: TaskRow, parts: MoreTaskParts, now: Date): { task: Task; summary: TaskSummary } {
  const labelsByType: Task["labelsByType"] = {};
  for (const { type, taxonomyLabelId, name } of parts.labels)
    (labelsByType[type] ??= []).push({ taxonomyLabelId, name });
  const summary = summaryOf(row, parts, now);
  const task = {
    ...summary,
    description: row.description,
    relations: relationsOf(row, parts),
    links: parts.links,
    labelsByType,
  };
  return { task, summary: { ...summary, parentTaskId: row.parentTaskId } };
}

/** The relations that start at a task, with tasks that the caller may see, its parent first. */
export async function relationsFrom(asking: Asking, row: TaskRow): Promise<Task["relations"]> {
  return relationsOf(row, await allPartsOf(asking, row.taskId));
}

function relationsOf(
  row: TaskRow,
  { isParentSeen, relations }: Pick<MoreTaskParts, "isParentSeen" | "relations">,
): Task["relations"] {
  const { parentTaskId, parentSince, createdAt: since } = row;
  const parent =
    parentTaskId !== null && isParentSeen
      ? [{ type: "part_of", taskId: parentTaskId, createdAt: (parentSince ?? since).toISOString() }]
      : [];
  return [
    ...parent,
    ...relations.map(({ type, relatedTaskId, createdAt }) => ({
      type,
      taskId: relatedTaskId,
      createdAt: new Date(createdAt).toISOString(),
    })),
  ];
}

function text(moment: Date | null): string | null {
  return moment === null ? null : moment.toISOString();
}
