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

const isInitiative = eq(tasks.scope, "initiative");

const ACTIVE = ["open", "planned", "in_progress", "review"];

export const initiativeHandlers = {
  async listInitiatives({ query, fail }, context) {
    const isActive = query.status === undefined ? inArray(tasks.status, ACTIVE) : undefined;
    const where = and(isInitiative, isActive, filterOf(context, query));
    const { limit, cursor, includeHierarchy } = query;
    const paging = { where, order: orderOf(query.sort), limit, after: context.positionOf(cursor, fail) };
    const { items, next } = await pageOfSummaries(context, paging, includeHierarchy);
    return { status: 200, body: { initiatives: items, nextCursor: context.cursorOf(next) } };
  },

  async createInitiative({ body, fail }, context) {
    return { status: 201, body: await createTask(context, fail, { ...body, scope: "initiative" }) };
  },

  async fetchInitiative({ path, fail }, context) {
    const row = await findTask(context, path.taskId, isInitiative);
    return answer(context, row ?? noInitiative(fail, path.taskId));
  },

  async updateInitiative({ path, body, fail }, context) {
    const locked =
      (await lockForChange(context, path.taskId, isInitiative)) ?? noInitiative(fail, path.taskId);
    return { status: 200, body: await updateTask(context, fail, locked, body) };
  },
} satisfies Partial<Handlers<Context>>;

function noInitiative(fail: Fail<"initiative_not_found">, taskId: string): never {
  throw fail("initiative_not_found", `There is no initiative ${taskId}.`);
}
