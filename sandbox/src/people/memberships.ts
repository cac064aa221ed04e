import { and, asc, eq, sql } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { memberships, teamMembers, users } from "../database/schema.js";

/** The teams of a membership, to be selected with it. Among columns, Drizzle would leave out the names of the tables. */
export const teamIds = sql<string[]>`array(select own.team_id from ${teamMembers} own
  where own.workspace_id = ${memberships}.workspace_id and own.user_id = ${memberships}.user_id order by 1)`;

/**
 * The workspaces that somebody takes part in, or one of them. The first is the one that `current` stands for: their
 * default, or else the one that they joined first.
 */
export function membershipsOf(db: Db, userId: string, workspaceId = "current") {
  return db
    .select({ workspaceId: memberships.workspaceId, role: memberships.role, teamIds })
    .from(memberships)
    .innerJoin(users, eq(users.userId, memberships.userId))
    .where(
      and(
        eq(memberships.userId, userId),
        eq(memberships.status, "active"),
        workspaceId === "current" ? undefined : eq(memberships.workspaceId, workspaceId),
      ),
    )
    .orderBy(
      sql`${memberships.workspaceId} = ${users.defaultWorkspaceId} desc nulls last`,
      asc(memberships.joinedAt),
      asc(memberships.workspaceId),
    );
}
