import { and, eq, inArray, isNull, or, type SQL } from "drizzle-orm";

import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { agentSessions, tasks, workers } from "../database/schema.js";
import { isTaskVisible } from "./tasks.js";

/** Which sessions a caller may see: their own, and those in the cloud, unless about a task that they may not see. */
export function isSessionVisible(db: Db, caller: Caller): SQL | undefined {
  const isHere = eq(agentSessions.workspaceId, caller.workspaceId);
  if (caller.kind === "key") return isHere;
  const seenTasks = db.select({ taskId: tasks.taskId }).from(tasks).where(isTaskVisible(caller));
  const isShared = and(
    eq(agentSessions.executionMode, "cloud"),
    or(isNull(agentSessions.taskId), inArray(agentSessions.taskId, seenTasks)),
  );
  return and(
    isHere,
    or(
      eq(agentSessions.initiatedByUserId, caller.userId),
      eq(agentSessions.ownerUserId, caller.userId),
      isShared,
    ),
  );
}

/** Which workers a caller may see: their own, and all in the cloud. */
export function isWorkerVisible(caller: Caller): SQL | undefined {
  const isOwn = caller.kind === "member" ? eq(workers.userId, caller.userId) : undefined;
  return and(eq(workers.workspaceId, caller.workspaceId), or(eq(workers.mode, "cloud"), isOwn));
}
