import type { Fail, Handlers } from "@workspace-api/server";
import { and, eq, inArray } from "drizzle-orm";

import type { Context } from "../context.js";
import { tasks } from "../database/schema.js";
import { createTask } from "../tasks/create-task.js";
import { filterOf } from "../tasks/filters.js";
import { findTask, lockForChange } from "../tasks/find-task.js";
import { orderOf, pageOfSummaries } from "../tasks/list-tasks.js";
import { updateTask } from "../tasks/update-task.js";
import { answer } from "./tasks.js";

const isBug = eq(tasks.kind, "bug");

const ACTIVE = ["idea", "open", "planned", "in_progress", "review"];

export const bugHandlers = {
  async listBugs({ query, fail }, context) {
    const isActive = query.status === undefined ? inArray(tasks.status, ACTIVE) : undefined;
    const where = and(isBug, isActive, filterOf(context, query));
    const { limit, cursor } = query;
    const paging = { where, order: orderOf(query.sort), limit, after: context.positionOf(cursor, fail) };
    const { items, next } = await pageOfSummaries(context, paging);
    return { status: 200, body: { bugs: items, nextCursor: context.cursorOf(next) } };
  },

  async createBug({ body, fail }, context) {
    const bug = { ...body, kind: "bug", scope: "ongoing" };
    return { status: 201, body: await createTask(context, fail, bug) };
  },

  async fetchBug({ path, fail }, context) {
    const row = await findTask(context, path.taskId, isBug);
    return answer(context, row ?? noBug(fail, path.taskId));
  },

  async updateBug({ path, body, fail }, context) {
    const locked = (await lockForChange(context, path.taskId, isBug)) ?? noBug(fail, path.taskId);
    return { status: 200, body: await updateTask(context, fail, locked, body) };
  },
} satisfies Partial<Handlers<Context>>;

function noBug(fail: Fail<"bug_not_found">, taskId: string): never {
  throw fail("bug_not_found", `There is no bug ${taskId}.`);
}
