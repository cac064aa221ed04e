import type { Handlers } from "@workspace-api/server";

import type { Context } from "../context.js";
import { slice } from "../database/keyset.js";
import { takeTurns } from "../database/turns.js";
import { findTask, lockTask } from "../tasks/find-task.js";
import { assertMayChange } from "../tasks/may-change.js";
import { addRelation, incomingRelations, removeRelation } from "../tasks/relations.js";
import { relationsFrom } from "../tasks/task-view.js";
import { noTask } from "./tasks.js";

export const taskRelationHandlers = {
  async listTaskRelations({ path, query, fail }, context) {
    const after = context.positionOf(query.cursor, fail);
    const row = (await findTask(context, path.taskId)) ?? noTask(fail, path.taskId);
    const { page, next } =
      query.direction === "incoming"
        ? await incomingRelations(context, row, query.limit, after)
        : slice(await relationsFrom(context, row), query.limit, after);
    return { status: 200, body: { relations: page, nextCursor: context.cursorOf(next) } };
  },

  async addTaskRelation({ path, fail }, context) {
    const { taskId, relatedTaskId, type } = path;
    const row = (await lockTask(context, taskId)) ?? noTask(fail, taskId);
    // Nobody deletes or moves the new parent meanwhile.
    if (type === "part_of") await takeTurns(context);
    const other = (await findTask(context, relatedTaskId)) ?? noTask(fail, relatedTaskId);
    await assertMayChange(context, taskId, fail);
    return { status: 200, body: await addRelation(context, fail, row, type, other.taskId) };
  },

  async removeTaskRelation({ path, fail }, context) {
    const { taskId, relatedTaskId, type } = path;
    const row = (await lockTask(context, taskId)) ?? noTask(fail, taskId);
    await assertMayChange(context, taskId, fail);
    await removeRelation(context, fail, row, type, relatedTaskId);
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;
