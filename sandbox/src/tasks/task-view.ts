import type { Task, TaskSummary } from "@workspace-api/server";
import { eq, getTableColumns, sql } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { documents, tasks } from "../database/schema.js";
import { excerptOf } from "./excerpt.js";
import { ancestorsOf } from "./hierarchy.js";
import { allPartsOf, partsOf, type StoredRelation, type TaskParts } from "./task-parts.js";

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

/** Tasks in short form, in the order given; with the chain of their parents if asked for. */
export async function summariesOf(
  db: Db,
  rows: readonly TaskRow[],
  now: Date,
  includeAncestors = false,
): Promise<TaskSummary[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ taskId }) => taskId);
  const parts = await partsOf(db, ids);
  const ancestors = includeAncestors ? await ancestorsOf(db, ids) : undefined;
  return rows.map((row) => {
    const own = parts.get(row.taskId);
    if (!own) throw new Error("A task that was found has parts.");
    return summaryOf(row, own, now, ancestors && { ancestors: ancestors.get(row.taskId) ?? [] });
  });
}

function summaryOf(
  row: TaskRow,
  { contributors, teamIds, taxonomyLabelIds, progress }: TaskParts,
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
    parentTaskId: row.parentTaskId,
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
export async function taskOf(db: Db, row: TaskRow, now: Date): Promise<Task> {
  return (await taskAndSummaryOf(db, row, now)).task;
}

/** A task in both forms. */
export async function taskAndSummaryOf(
  db: Db,
  row: TaskRow,
  now: Date,
): Promise<{ task: Task; summary: TaskSummary }> {
  const parts = await allPartsOf(db, row.taskId);
  const labelsByType: Task["labelsByType"] = {};
  for (const { type, taxonomyLabelId, name } of parts.labels)
    (labelsByType[type] ??= []).push({ taxonomyLabelId, name });
  const summary = summaryOf(row, parts, now);
  const task = {
    ...summary,
    description: row.description,
    relations: relationsOf(row, parts.relations),
    links: parts.links,
    labelsByType,
  };
  return { task, summary };
}

/** The relations that start at a task, its parent first. */
export async function relationsFrom(db: Db, row: TaskRow): Promise<Task["relations"]> {
  return relationsOf(row, (await allPartsOf(db, row.taskId)).relations);
}

function relationsOf(row: TaskRow, others: readonly StoredRelation[]): Task["relations"] {
  const parent = row.parentTaskId && {
    type: "part_of",
    taskId: row.parentTaskId,
    createdAt: (row.parentSince ?? row.createdAt).toISOString(),
  };
  return [
    ...(parent ? [parent] : []),
    ...others.map(({ type, relatedTaskId, createdAt }) => ({
      type,
      taskId: relatedTaskId,
      createdAt: new Date(createdAt).toISOString(),
    })),
  ];
}

function text(moment: Date | null): string | null {
  return moment === null ? null : moment.toISOString();
}
