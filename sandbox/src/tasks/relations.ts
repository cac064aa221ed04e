import type { Fail, Relation } from "@workspace-api/server";
import { and, asc, eq } from "drizzle-orm";

import type { Context } from "../context.js";
import { taskRelations, tasks } from "../database/schema.js";
import { hierarchyFault } from "./hierarchy.js";
import { hasRoom, MOST_RELATIONS } from "./relation-limit.js";
import { relationsFrom, type TaskRow } from "./task-view.js";
import { touch } from "./update-task.js";
import { isTaskVisible } from "../visibility/tasks.js";

/** The relations of other tasks, which the caller may see, that lead to a task: its children first. */
export async function incomingRelations({ db, caller }: Context, row: TaskRow): Promise<Relation[]> {
  const children = await db
    .select({ taskId: tasks.taskId, since: tasks.parentSince, createdAt: tasks.createdAt })
    .from(tasks)
    .where(and(eq(tasks.parentTaskId, row.taskId), isTaskVisible(db, caller)))
    .orderBy(asc(tasks.parentSince), asc(tasks.taskId));
  const others = await db
    .select({ type: taskRelations.type, taskId: taskRelations.taskId, createdAt: taskRelations.createdAt })
    .from(taskRelations)
    .innerJoin(tasks, eq(tasks.taskId, taskRelations.taskId))
    .where(and(eq(taskRelations.relatedTaskId, row.taskId), isTaskVisible(db, caller)))
    .orderBy(asc(taskRelations.createdAt), asc(taskRelations.taskId));
  return [
    ...children.map(({ taskId, since, createdAt }) => ({
      type: "part_of",
      taskId,
      createdAt: (since ?? createdAt).toISOString(),
    })),
    ...others.map(({ createdAt, ...relation }) => ({ ...relation, createdAt: createdAt.toISOString() })),
  ];
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
