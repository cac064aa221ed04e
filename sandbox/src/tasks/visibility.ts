import { and, eq, exists, inArray, isNull, notExists, or, sql, type SQL } from "drizzle-orm";

import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { taskContributors, tasks, taskTeams, teamMembers, teams } from "../database/schema.js";

/** The teams that a caller may see: their own, or all of them for owners of the workspace and API keys. */
export function visibleTeams(db: Db, caller: Caller) {
  const all = db
    .select({ teamId: teams.teamId })
    .from(teams)
    .where(eq(teams.workspaceId, caller.workspaceId));
  if (caller.kind === "key" || caller.role === "owner") return all;
  return db
    .select({ teamId: teamMembers.teamId })
    .from(teamMembers)
    .where(and(eq(teamMembers.workspaceId, caller.workspaceId), eq(teamMembers.userId, caller.userId)));
}

/**
 * Which tasks a caller may see. `team`: the members of its teams, or the whole workspace if it has none; `private`: its
 * owner and contributors. API keys see both, deleted tasks nobody.
 */
export function isVisibleTo(db: Db, caller: Caller): SQL | undefined {
  const isThere = and(eq(tasks.workspaceId, caller.workspaceId), isNull(tasks.deletedAt));
  if (caller.kind === "key") return isThere;
  const teamsOfTask = db
    .select({ one: sql`1` })
    .from(taskTeams)
    .where(eq(taskTeams.taskId, tasks.taskId));
  const seenTeamsOfTask = db
    .select({ one: sql`1` })
    .from(taskTeams)
    .where(and(eq(taskTeams.taskId, tasks.taskId), inArray(taskTeams.teamId, visibleTeams(db, caller))));
  return and(
    isThere,
    or(
      isOwnOf(db, caller.userId),
      and(sql`${tasks.visibility} <> 'private'`, or(notExists(teamsOfTask), exists(seenTeamsOfTask))),
    ),
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

/** The tasks that one of these people is assigned to. */
export function isAssignedTo(db: Db, userIds: readonly string[]): SQL {
  return exists(
    db
      .select({ one: sql`1` })
      .from(taskContributors)
      .where(
        and(
          eq(taskContributors.taskId, tasks.taskId),
          eq(taskContributors.type, "assignee"),
          inArray(taskContributors.userId, [...userIds]),
        ),
      ),
  );
}

/** The tasks that belong to one of these teams. */
export function isOfTeams(db: Db, teamIds: readonly string[]): SQL {
  return exists(
    db
      .select({ one: sql`1` })
      .from(taskTeams)
      .where(and(eq(taskTeams.taskId, tasks.taskId), inArray(taskTeams.teamId, [...teamIds]))),
  );
}

/**
 * Whether a caller may change what belongs to these teams. Observers of a team may not, unless they have another role
 * in another of the teams; owners of the workspace and API keys always may.
 */
export async function mayChange(db: Db, caller: Caller, teamIds: readonly string[]): Promise<boolean> {
  if (caller.kind === "key" || caller.role === "owner" || teamIds.length === 0) return true;
  const roles = await db
    .select({ role: teamMembers.role })
    .from(teamMembers)
    .where(and(eq(teamMembers.userId, caller.userId), inArray(teamMembers.teamId, [...teamIds])));
  return roles.length === 0 || roles.some(({ role }) => role !== "observer");
}
