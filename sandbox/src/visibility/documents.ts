import { and, eq, exists, notExists, or, sql, type SQL } from "drizzle-orm";

import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { documents, documentTasks, tasks } from "../database/schema.js";
import { isTaskVisible } from "./tasks.js";

/** Which documents a caller may see: their own, those about no task, and those about a task that they may see. */
export function isDocumentVisible(db: Db, caller: Caller): SQL | undefined {
  const isThere = eq(documents.workspaceId, caller.workspaceId);
  if (caller.kind === "key") return isThere;
  const links = db
    .select({ one: sql`1` })
    .from(documentTasks)
    .where(eq(documentTasks.documentId, documents.documentId));
  const seen = db
    .select({ one: sql`1` })
    .from(documentTasks)
    .innerJoin(tasks, eq(tasks.taskId, documentTasks.taskId))
    .where(and(eq(documentTasks.documentId, documents.documentId), isTaskVisible(caller)));
  return and(isThere, or(eq(documents.createdBy, caller.userId), notExists(links), exists(seen)));
}
