import type { Fail, Team } from "@workspace-api/server";
import { and, eq, getTableColumns, inArray, sql } from "drizzle-orm";

import type { Context } from "../context.js";
import { teamMembers, teams } from "../database/schema.js";
import { audienceOfTeam, lastAudienceOfTeam } from "../visibility/audience.js";
import { visibleTeams } from "../visibility/teams.js";

/** Selects teams with the number of their members. Among columns, Drizzle would leave out the names of the tables. */
export const teamColumns = {
  ...getTableColumns(teams),
  memberCount: sql<number>`(select count(*)::int from ${teamMembers} own where own.team_id = ${teams}.team_id)`,
};

export type TeamRow = typeof teams.$inferSelect & { readonly memberCount: number };

export function teamOf({ createdAt, updatedAt, ...row }: TeamRow): Team {
  return {
    teamId: row.teamId,
    workspaceId: row.workspaceId,
    name: row.name,
    icon: row.icon,
    parentTeamId: row.parentTeamId,
    memberCount: row.memberCount,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    version: row.version,
  };
}

/** Locks a team, seen or not by the caller. What belongs to it is locked after it. */
export async function lockTeam({ db, caller }: Context, teamId: string): Promise<void> {
  await db
    .select({ teamId: teams.teamId })
    .from(teams)
    .where(and(eq(teams.workspaceId, caller.workspaceId), eq(teams.teamId, teamId)))
    .for("update");
}

/** A team that the caller may see; locked if it is to be changed. */
export async function findTeam(
  context: Context,
  teamId: string,
  isLocked = false,
): Promise<TeamRow | undefined> {
  const { db, caller } = context;
  if (isLocked) await lockTeam(context, teamId);
  const [row] = await db
    .select(teamColumns)
    .from(teams)
    .where(
      and(
        eq(teams.workspaceId, caller.workspaceId),
        eq(teams.teamId, teamId),
        inArray(teams.teamId, visibleTeams(db, caller)),
      ),
    );
  return row;
}

/** The team, or a refusal when there is none that the caller may see. */
export async function mustFindTeam(
  context: Context,
  teamId: string,
  fail: Fail<"team_not_found">,
  isLocked = false,
): Promise<TeamRow> {
  const row = await findTeam(context, teamId, isLocked);
  if (!row) throw fail("team_not_found", `There is no team ${teamId}.`);
  return row;
}

/** Refuses who has none of these roles in the team; owners of the workspace and API keys need none. */
export async function assertTeamRole(
  { db, caller }: Context,
  teamId: string,
  roles: readonly string[],
  fail: Fail<"permission_denied">,
): Promise<void> {
  if (caller.kind === "key" || caller.role === "owner") return;
  const [place] = await db
    .select({ role: teamMembers.role })
    .from(teamMembers)
    .where(and(eq(teamMembers.teamId, teamId), eq(teamMembers.userId, caller.userId)));
  if (!place || !roles.includes(place.role))
    throw fail("permission_denied", `This takes the role ${roles.join(" or ")} in the team.`);
}

export const MANAGERS = ["admin", "coordinator"];

/** Counts a change of a locked team, and tells of it. */
export async function touchTeam(context: Context, teamId: string): Promise<TeamRow> {
  const { db } = context;
  await db
    .update(teams)
    .set({ updatedAt: context.now(), version: sql`${teams.version} + 1` })
    .where(eq(teams.teamId, teamId));
  const [row] = await db.select(teamColumns).from(teams).where(eq(teams.teamId, teamId));
  if (!row) throw new Error("A team that is locked is there.");
  await emitTeam(context, "team.updated", row);
  return row;
}

/** Tells what happened to a team; that it is deleted, before it is. */
export async function emitTeam(
  context: Context,
  type: "team.created" | "team.updated" | "team.deleted",
  row: TeamRow,
): Promise<void> {
  const { teamId, workspaceId } = row;
  const resource = { type: "team", id: teamId, workspaceId, teamId };
  const audience =
    type === "team.deleted" ? await lastAudienceOfTeam(context.db, teamId) : audienceOfTeam(teamId);
  await context.emit({ type, subject: teamId, data: { resource, team: teamOf(row) }, audience });
}
