import type { Fail, Relation } from "@workspace-api/server";
import { and, eq, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";

import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { taskRelations, tasks } from "../database/schema.js";
import type { Position } from "../http/pages.js";
import { hierarchyFault } from "./hierarchy.js";
import { hasRoom, MOST_RELATIONS } from "./relation-limit.js";
import { relationsFrom, type TaskRow } from "./task-view.js";
import { touch } from "./update-task.js";
import { isTaskVisible } from "../visibility/tasks.js";

/**
 * One page of the relations of other tasks, which the caller may see, that lead to a task, in the order in which they
 * were made, and where the next page starts. A task may have many thousand children.
 */
export async function incomingRelations(
  { db, caller }: Context,
  row: TaskRow,
  limit: number,
  after: Position | undefined,
): Promise<{ page: Relation[]; next?: Position }> {
  const since = sql<Date>`coalesce(${tasks.parentSince}, ${tasks.createdAt})`.mapWith(tasks.createdAt);
  const all = unionAll(
    db
      .select({ type: sql<string>`'part_of'`.as("type"), taskId: tasks.taskId, createdAt: since.as("since") })
      .from(tasks)
      .where(and(eq(tasks.parentTaskId, row.taskId), isTaskVisible(caller))),
    db
      .select({
        type: sql<string>`${taskRelations.type}`.as("type"),
        taskId: taskRelations.taskId,
        createdAt: sql<Date>`${taskRelations.createdAt}`.mapWith(tasks.createdAt).as("since"),
      })
      .from(taskRelations)
      .innerJoin(tasks, eq(tasks.taskId, taskRelations.taskId))
      .where(and(eq(taskRelations.relatedTaskId, row.taskId), isTaskVisible(caller))),
  ).as("incoming");
  const order: Order = {
    // By its table's name: a name alone would mean what is selected, in which the sort key has the same one.
    key: sql`incoming.since`,
    id: sql`(${all.taskId} || ' ' || ${all.type})`,
    type: "timestamptz",
  };
  const rows = await db
    .select({ type: all.type, taskId: all.taskId, createdAt: all.createdAt, sortKey: sortKeyOf(order) })
    .from(all)
    .where(isAfter(order, after))
    .orderBy(inOrder(order))
    .limit(limit + 1);
  const { page, next } = pageOf(rows, limit, ({ taskId, type }) => `${taskId} ${type}`);
  const relations = page.map(({ type, taskId, createdAt }) => ({
    type,
    taskId,
    createdAt: createdAt.toISOString(),
  }));
  return next ? { page: relations, next } : { page: relations };
}

/**
 * Makes a relation from a locked task to another, and tells of it if it is new. For a parent, the caller has its turn
 * already.
 */
export async function addRelation(
  context: Context,
  fail: Fail<"relation_to_self" | "hierarchy_cycle" | "hierarchy_too_deep" | "relation_limit_reached">,
  row: TaskRow,
  type: string,
  relatedTaskId: string,
): Promise<Relation> {
  const { db } = context;
  const { taskId, workspaceId } = row;
  if (taskId === relatedTaskId) throw fail("relation_to_self", `Task ${taskId} cannot be related to itself.`);
  const existing = await relationsFrom(context, row);
  const known = existing.find((relation) => relation.type === type && relation.taskId === relatedTaskId);
  if (known) return known;
  const isReplacing = type === "part_of" && row.parentTaskId !== null;
  if (!isReplacing && !(await hasRoom(db, row)))
    throw fail("relation_limit_reached", `Task ${taskId} already has ${MOST_RELATIONS} relations.`);
  const createdAt = context.now();
  if (type === "part_of") {
    const fault = await hierarchyFault(db, taskId, relatedTaskId);
    if (fault === "hierarchy_cycle")
      throw fail(fault, `Task ${relatedTaskId} is below ${taskId} and cannot be its parent.`);
    if (fault) throw fail(fault, "The hierarchy would be more than 10 levels deep.");
    const parent = { parentTaskId: relatedTaskId, parentSince: createdAt };
    await db.update(tasks).set(parent).where(eq(tasks.taskId, taskId));
  } else {
    await db.insert(taskRelations).values({ taskId, workspaceId, type, relatedTaskId, createdAt });
  }
  await touch(context, taskId);
  return { type, taskId: relatedTaskId, createdAt: createdAt.toISOString() };
}

/** Removes a relation that starts at a locked task, and tells of it. */
export async function removeRelation(
  context: Context,
  fail: Fail<"relation_not_found">,
  row: TaskRow,
  type: string,
  relatedTaskId: string,
): Promise<void> {
  const { db } = context;
  const { taskId } = row;
  const existing = await relationsFrom(context, row);
  if (!existing.some((relation) => relation.type === type && relation.taskId === relatedTaskId))
    throw fail("relation_not_found", `Task ${taskId} has no such relation to ${relatedTaskId}.`);
  if (type === "part_of") {
    await db.update(tasks).set({ parentTaskId: null, parentSince: null }).where(eq(tasks.taskId, taskId));
  } else {
    await db
      .delete(taskRelations)
      .where(
        and(
          eq(taskRelations.taskId, taskId),
          eq(taskRelations.type, type),
          eq(taskRelations.relatedTaskId, relatedTaskId),
        ),
      );
  }
  await touch(context, taskId);
}
