import type { Member } from "@workspace-api/server";
import { and, asc, eq, inArray } from "drizzle-orm";

import type { Caller, Context } from "../context.js";
import type { Db } from "../database/open.js";
import { memberships, teamMembers, teams, users } from "../database/schema.js";
import { visibleTeams } from "../visibility/teams.js";

/** Selects memberships with the people they are of; `also` adds columns. */
export const memberColumns = {
  userId: memberships.userId,
  name: users.name,
  email: users.email,
  avatarUrl: users.avatarUrl,
  role: memberships.role,
  status: memberships.status,
  timezone: memberships.timezone,
  joinedAt: memberships.joinedAt,
  version: memberships.version,
};

/** A membership as it is selected. */
export interface MemberRow {
  readonly userId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly avatarUrl: string | null;
  readonly role: "owner" | "admin" | "member";
  readonly status: string;
  readonly timezone: string;
  readonly joinedAt: Date;
  readonly version: number;
}

/** Members with what the caller may see of them: their teams, their address; in the order given. */
export async function membersOf(db: Db, caller: Caller, rows: readonly MemberRow[]): Promise<Member[]> {
  const teamIds = await teamIdsOf(
    db,
    caller,
    rows.map(({ userId }) => userId),
  );
  return rows.map((row) => ({
    userId: row.userId,
    name: row.name,
    email: seesEmail(caller) ? row.email : null,
    role: row.role,
    status: row.status,
    avatarUrl: row.avatarUrl,
    timezone: row.timezone,
    teamIds: teamIds.get(row.userId) ?? [],
    joinedAt: row.joinedAt.toISOString(),
    version: row.version,
  }));
}

/** Whether a caller may learn addresses: an app needs the scope for it. */
export function seesEmail(caller: Caller): boolean {
  return caller.kind === "key" || caller.scopes.has("email");
}

async function teamIdsOf(db: Db, caller: Caller, userIds: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (userIds.length === 0) return found;
  const rows = await db
    .select({ userId: teamMembers.userId, teamId: teamMembers.teamId })
    .from(teamMembers)
    .innerJoin(teams, eq(teams.teamId, teamMembers.teamId))
    .where(
      and(
        eq(teamMembers.workspaceId, caller.workspaceId),
        inArray(teamMembers.userId, [...userIds]),
        inArray(teamMembers.teamId, visibleTeams(db, caller)),
      ),
    )
    .orderBy(asc(teams.name), asc(teams.teamId));
  for (const { userId, teamId } of rows) found.set(userId, [...(found.get(userId) ?? []), teamId]);
  return found;
}

/** A membership of the caller's workspace, of whatever status; locked if it is to be changed. */
export async function findMember(
  { db, caller }: Context,
  userId: string,
  isLocked = false,
): Promise<MemberRow | undefined> {
  const query = db
    .select(memberColumns)
    .from(memberships)
    .innerJoin(users, eq(users.userId, memberships.userId))
    .where(and(eq(memberships.workspaceId, caller.workspaceId), eq(memberships.userId, userId)));
  const [row] = isLocked ? await query.for("update", { of: memberships }) : await query;
  return row;
}
