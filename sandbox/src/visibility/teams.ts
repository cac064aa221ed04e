import { and, eq } from "drizzle-orm";

import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { teamMembers, teams } from "../database/schema.js";

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
