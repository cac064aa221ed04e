import type { Fail } from "@workspace-api/server";
import { and, eq, inArray } from "drizzle-orm";

import type { Caller, Context } from "../context.js";
import type { Db } from "../database/open.js";
import { taskTeams, teamMembers } from "../database/schema.js";

const OBSERVER = "Observers of a team may not change its tasks.";

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
  return isMoreThanObserver(roles.map(({ role }) => role));
}

/** Whether somebody with these roles in the teams of something may change it; who is in none of them may. */
function isMoreThanObserver(roles: readonly string[]): boolean {
  return roles.length === 0 || roles.some((role) => role !== "observer");
}

/** Refuses callers that may see a task but not change it, by the roles that they have in its teams. */
export function assertRolesAllow(
  { caller }: Context,
  roles: readonly string[],
  fail: Fail<"permission_denied">,
): void {
  if (caller.kind === "key" || caller.role === "owner" || isMoreThanObserver(roles)) return;
  throw fail("permission_denied", OBSERVER);
}

/** Refuses callers that may see a task but not change it. */
export async function assertMayChange(
  { db, caller }: Context,
  taskId: string,
  fail: Fail<"permission_denied">,
): Promise<void> {
  if (caller.kind === "key" || caller.role === "owner") return;
  const rows = await db
    .select({ teamId: taskTeams.teamId })
    .from(taskTeams)
    .where(eq(taskTeams.taskId, taskId));
  const teamIds = rows.map(({ teamId }) => teamId);
  if (!(await mayChange(db, caller, teamIds))) throw fail("permission_denied", OBSERVER);
}
