import type { Fail, Handlers, Task } from "@workspace-api/server";
import { and, inArray } from "drizzle-orm";

import type { Context } from "../context.js";
import { tasks } from "../database/schema.js";
import { createTask } from "../tasks/create-task.js";
import { deleteTask } from "../tasks/delete-task.js";
import { patchDescription } from "../tasks/patch-description.js";
import { findTask, lockForChange, lockTask } from "../tasks/find-task.js";
import { assertMayChange } from "../tasks/may-change.js";
import { orderOf, pageOfSummaries } from "../tasks/list-tasks.js";
import { searchTasks } from "../tasks/search-tasks.js";
import { snoozeTask, unsnoozeTask } from "../tasks/snooze-task.js";
import { taskOf, type TaskRow } from "../tasks/task-view.js";
import { decideTriage } from "../tasks/triage-task.js";
import { updateTask } from "../tasks/update-task.js";
import { filterOf, isChildOf } from "../tasks/filters.js";
import { isOwnOf } from "../visibility/tasks.js";

/** A task as an answer, once it was found. */
export async function answer(context: Context, row: TaskRow): Promise<{ status: 200; body: Task }> {
  return { status: 200, body: await taskOf(context, row, context.now()) };
}

export const taskHandlers = {
  async listTasks({ query, fail }, context) {
    const { caller } = context;
    const { scope, kind, parentTaskId } = query;
    const where = and(
      filterOf(context, query),
      caller.kind === "member" && !query.all ? isOwnOf(caller.userId) : undefined,
      scope && inArray(tasks.scope, scope),
      kind && inArray(tasks.kind, kind),
      parentTaskId === undefined ? undefined : isChildOf(context, parentTaskId),
    );
    const { limit, cursor, includeHierarchy } = query;
    const paging = { where, order: orderOf(query.sort), limit, after: context.positionOf(cursor, fail) };
    const { items, next } = await pageOfSummaries(context, paging, includeHierarchy);
    return { status: 200, body: { tasks: items, nextCursor: context.cursorOf(next) } };
  },

  async createTask({ body, fail }, context) {
    return { status: 201, body: await createTask(context, fail, body) };
  },

  async searchTasks({ query, fail }, context) {
    const after = context.positionOf(query.cursor, fail);
    const { results, next } = await searchTasks(context, query.query, query.category, query.limit, after);
    return { status: 200, body: { results, nextCursor: context.cursorOf(next) } };
  },

  async fetchTask({ path, fail }, context) {
    const row = await findTask(context, path.taskId);
    return answer(context, row ?? noTask(fail, path.taskId));
  },

  async updateTask({ path, body, fail }, context) {
    const locked = (await lockForChange(context, path.taskId)) ?? noTask(fail, path.taskId);
    return { status: 200, body: await updateTask(context, fail, locked, body) };
  },

  async deleteTask({ path, query, fail }, context) {
    const row = (await lockTask(context, path.taskId)) ?? noTask(fail, path.taskId);
    await assertMayChange(context, path.taskId, fail);
    context.assertMatch(await taskOf(context, row, context.now()), fail);
    await deleteTask(context, fail, row, query.children === "detach");
    return { status: 204 };
  },

  async snoozeTask({ path, body, fail }, context) {
    const row = (await lockTask(context, path.taskId)) ?? noTask(fail, path.taskId);
    return { status: 200, body: await snoozeTask(context, fail, row, body) };
  },

  async unsnoozeTask({ path, fail }, context) {
    const row = (await lockTask(context, path.taskId)) ?? noTask(fail, path.taskId);
    await unsnoozeTask(context, fail, row);
    return { status: 204 };
  },

  async decideTriage({ path, body, fail }, context) {
    const row = (await lockTask(context, path.taskId)) ?? noTask(fail, path.taskId);
    return { status: 200, body: await decideTriage(context, fail, row, body) };
  },

  async patchTaskDescription({ path, body, fail }, context) {
    const row = (await lockTask(context, path.taskId)) ?? noTask(fail, path.taskId);
    return { status: 200, body: await patchDescription(context, fail, row, body.ops) };
  },
} satisfies Partial<Handlers<Context>>;

/** Refuses an id that names no task, or none that the caller may see. */
export function noTask(fail: Fail<"task_not_found">, taskId: string): never {
  throw fail("task_not_found", `There is no task ${taskId}.`);
}
