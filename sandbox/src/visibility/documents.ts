import { and, eq, or, sql, type SQL } from "drizzle-orm";

import type { Caller } from "../context.js";
import { documents, documentTasks, tasks } from "../database/schema.js";
import { isTaskVisible } from "./tasks.js";

/** Which documents a caller may see: their own, those about no task, and those about a task that they may see. */
export function isDocumentVisible(caller: Caller): SQL | undefined {
  const isThere = eq(documents.workspaceId, caller.workspaceId);
  if (caller.kind === "key") return isThere;
  // Null where there is no task. As one value, it is asked for each document rather than for all tasks first.
  const seen = sql`(select bool_or(${isTaskVisible(caller)}) from ${documentTasks}
    join ${tasks} on ${tasks.taskId} = ${documentTasks.taskId}
    where ${documentTasks.documentId} = ${documents.documentId})`;
  return and(isThere, or(eq(documents.createdBy, caller.userId), sql`coalesce(${seen}, true)`));
}
