import type { Task, TaskSummary } from "@workspace-api/server";
import { and, asc, eq, getTableColumns, inArray, isNull, sql } from "drizzle-orm";

import type { Db } from "../database/open.js";
import {
  documents,
  recordTasks,
  records,
  taskContributors,
  taskLabels,
  taskRelations,
  tasks,
  taskTeams,
  taxonomyLabels,
} from "../database/schema.js";
import { excerptOf } from "./excerpt.js";
import { ancestorsOf, progressOf } from "./hierarchy.js";

/** The description of a task: an initiative's is kept in a document. */
export const description = sql<
  string | null
>`nullif(coalesce(${documents.content}, ${tasks.description}), '')`;

/** Selects tasks with their descriptions. */
export function selectTasks(db: Db) {
  return db
    .select({ ...getTableColumns(tasks), description })
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
  const contributors = grouped(
    await db
      .select()
      .from(taskContributors)
      .where(inArray(taskContributors.taskId, ids))
      .orderBy(asc(taskContributors.position)),
  );
  const teams = grouped(
    await db.select().from(taskTeams).where(inArray(taskTeams.taskId, ids)).orderBy(asc(taskTeams.position)),
  );
  const labels = grouped(
    await db
      .select()
      .from(taskLabels)
      .where(inArray(taskLabels.taskId, ids))
      .orderBy(asc(taskLabels.position)),
  );
  const progress = await progressOf(db, ids);
  const ancestors = includeAncestors ? await ancestorsOf(db, ids) : undefined;
  return rows.map((row) => ({
    taskId: row.taskId,
    workspaceId: row.workspaceId,
    title: row.title,
    excerpt: excerptOf(row.description),
    scope: row.scope,
    kind: row.kind,
    status: row.status,
    visibility: row.visibility,
    userId: row.userId,
    contributors: (contributors.get(row.taskId) ?? []).map(({ userId, type }) => ({ userId, type })),
    teamIds: (teams.get(row.taskId) ?? []).map(({ teamId }) => teamId),
    taxonomyLabelIds: (labels.get(row.taskId) ?? []).map(({ taxonomyLabelId }) => taxonomyLabelId),
    parentTaskId: row.parentTaskId,
    ...(ancestors && { ancestors: ancestors.get(row.taskId) ?? [] }),
    topic: row.topic,
    workTypes: row.workTypes,
    deadline: text(row.deadline),
    completedAt: text(row.completedAt),
    snoozedUntil: row.snoozedUntil !== null && row.snoozedUntil > now ? text(row.snoozedUntil) : null,
    triageStatus: row.triageStatus,
    progress: progress.get(row.taskId) ?? null,
    source: row.source,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  }));
}

/** A task in full. */
export async function taskOf(db: Db, row: TaskRow, now: Date): Promise<Task> {
  const [summary] = await summariesOf(db, [row], now);
  if (!summary) throw new Error("A task has a summary.");
  const labels = await db
    .select({ id: taxonomyLabels.taxonomyLabelId, name: taxonomyLabels.name, type: taxonomyLabels.type })
    .from(taskLabels)
    .innerJoin(taxonomyLabels, eq(taxonomyLabels.taxonomyLabelId, taskLabels.taxonomyLabelId))
    .where(eq(taskLabels.taskId, row.taskId))
    .orderBy(asc(taskLabels.position));
  const labelsByType: Task["labelsByType"] = {};
  for (const { id, name, type } of labels) (labelsByType[type] ??= []).push({ taxonomyLabelId: id, name });
  const links = await db
    .select({ recordId: records.recordId, title: records.title, url: records.url })
    .from(recordTasks)
    .innerJoin(records, eq(records.recordId, recordTasks.recordId))
    .where(eq(recordTasks.taskId, row.taskId))
    .orderBy(asc(recordTasks.createdAt), asc(records.recordId));
  return {
    ...summary,
    description: row.description,
    relations: await relationsFrom(db, row),
    links,
    labelsByType,
  };
}

/** The relations that start at a task, its parent first. */
export async function relationsFrom(db: Db, row: TaskRow): Promise<Task["relations"]> {
  const others = await db
    .select()
    .from(taskRelations)
    .innerJoin(tasks, and(eq(tasks.taskId, taskRelations.relatedTaskId), isNull(tasks.deletedAt)))
    .where(eq(taskRelations.taskId, row.taskId))
    .orderBy(asc(taskRelations.createdAt), asc(taskRelations.relatedTaskId));
  const parent = row.parentTaskId && {
    type: "part_of",
    taskId: row.parentTaskId,
    createdAt: (row.parentSince ?? row.createdAt).toISOString(),
  };
  return [
    ...(parent ? [parent] : []),
    ...others.map(({ task_relations: { type, relatedTaskId, createdAt } }) => ({
      type,
      taskId: relatedTaskId,
      createdAt: createdAt.toISOString(),
    })),
  ];
}

function text(moment: Date | null): string | null {
  return moment === null ? null : moment.toISOString();
}

function grouped<Row extends { readonly taskId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.taskId, [...(groups.get(row.taskId) ?? []), row]);
  return groups;
}
