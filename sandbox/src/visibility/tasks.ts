import { and, eq, exists, inArray, isNull, notExists, or, sql, type SQL } from "drizzle-orm";

import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { taskContributors, tasks, taskTeams } from "../database/schema.js";
import { visibleTeams } from "./teams.js";

/** Which tasks a caller may see; deleted ones nobody. Comments are seen by whoever sees their task. */
export function isTaskVisible(db: Db, caller: Caller): SQL | undefined {
  const isThere = and(eq(tasks.workspaceId, caller.workspaceId), isNull(tasks.deletedAt));
  return and(isThere, isTaskOpenTo(db, caller));
}

/**
 * The same, whether or not the task was deleted. `team`: the members of its teams, or the whole workspace if it has
 * none; `private`: its owner and contributors. API keys see both.
 */
export function isTaskOpenTo(db: Db, caller: Caller): SQL | undefined {
  if (caller.kind === "key") return undefined;
  const teamsOfTask = db
    .select({ one: sql`1` })
    .from(taskTeams)
    .where(eq(taskTeams.taskId, tasks.taskId));
  const seenTeamsOfTask = db
    .select({ one: sql`1` })
    .from(taskTeams)
    .where(and(eq(taskTeams.taskId, tasks.taskId), inArray(taskTeams.teamId, visibleTeams(db, caller))));
  return or(
    isOwnOf(db, caller.userId),
    and(sql`${tasks.visibility} <> 'private'`, or(notExists(teamsOfTask), exists(seenTeamsOfTask))),
  );
}

/** The tasks that a person owns or contributes to. */
export function isOwnOf(db: Db, userId: string): SQL | undefined {
  const contributions = db
    .select({ one: sql`1` })
    .from(taskContributors)
    .where(and(eq(taskContributors.taskId, tasks.taskId), eq(taskContributors.userId, userId)));
  return or(eq(tasks.userId, userId), exists(contributions));
}
