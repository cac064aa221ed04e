import { and, eq, or, sql, type SQL } from "drizzle-orm";

import type { Caller } from "../context.js";
import { agentSessions, tasks, workers } from "../database/schema.js";
import { isTaskVisible } from "./tasks.js";

/** Which sessions a caller may see: their own, and those in the cloud, unless about a task that they may not see. */
export function isSessionVisible(caller: Caller): SQL | undefined {
  const isHere = eq(agentSessions.workspaceId, caller.workspaceId);
  if (caller.kind === "key") return isHere;
  const isShared = and(
    eq(agentSessions.executionMode, "cloud"),
    sql`(${agentSessions.taskId} is null or coalesce((select ${isTaskVisible(caller)} from ${tasks}
      where ${tasks.taskId} = ${agentSessions.taskId}), false))`,
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
