import type { Fail, Handlers } from "@workspace-api/server";
import { and, eq, inArray, sql } from "drizzle-orm";

import type { Context } from "../context.js";
import { pageOf, type Order } from "../database/keyset.js";
import { listingOf } from "../database/listing.js";
import { teamMembers, teams } from "../database/schema.js";
import { takeTurns } from "../database/turns.js";
import { visibleTeams } from "../visibility/teams.js";
import {
  assertTeamRole,
  emitTeam,
  findTeam,
  MANAGERS,
  mustFindTeam,
  teamColumns,
  teamOf,
  touchTeam,
} from "../teams/team-access.js";
import { parentFault } from "../teams/team-tree.js";
import { revokeInvites } from "../teams/team-invites.js";

const BY_NAME: Order = { key: sql`lower(${teams.name})`, id: teams.teamId, type: "text", movedBy: "team" };

export const teamHandlers = {
  async listTeams({ query, fail }, context) {
    const { db, caller } = context;
    const listing = await listingOf(context, BY_NAME, context.positionOf(query.cursor, fail));
    const { parentTeamId, limit } = query;
    const rows = await db
      .select({ ...teamColumns, sortKey: listing.sortKey })
      .from(teams)
      .where(
        and(
          eq(teams.workspaceId, caller.workspaceId),
          inArray(teams.teamId, visibleTeams(db, caller)),
          parentTeamId === undefined ? undefined : eq(teams.parentTeamId, parentTeamId),
          listing.isAfter,
        ),
      )
      .orderBy(listing.orderBy)
      .limit(limit + 1);
    const { page, next: last } = pageOf(rows, limit, ({ teamId }) => teamId);
    return {
      status: 200,
      body: { teams: page.map(teamOf), nextCursor: context.cursorOf(await listing.nextOf(last)) },
    };
  },

  async createTeam({ body, fail }, context) {
    const { db, caller } = context;
    const { workspaceId } = caller;
    await assertParent(context, undefined, body.parentTeamId, fail);
    const now = context.now();
    const teamId = context.newId("team");
    const row = {
      teamId,
      workspaceId,
      name: body.name,
      icon: body.icon ?? null,
      parentTeamId: body.parentTeamId ?? null,
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
    await db.insert(teams).values(row);
    const { userId } = context;
    if (userId !== null)
      await db.insert(teamMembers).values({ workspaceId, teamId, userId, role: "admin", joinedAt: now });
    const created = { ...row, memberCount: userId === null ? 0 : 1 };
    await emitTeam(context, "team.created", created);
    return { status: 201, body: teamOf(created) };
  },

  async fetchTeam({ path, fail }, context) {
    return { status: 200, body: teamOf(await mustFindTeam(context, path.teamId, fail)) };
  },

  async updateTeam({ path, body, fail }, context) {
    const row = await mustFindTeam(context, path.teamId, fail, true);
    await assertTeamRole(context, row.teamId, MANAGERS, fail);
    context.assertMatch(teamOf(row), fail);
    const { name = row.name, icon = row.icon, parentTeamId = row.parentTeamId } = body;
    if (parentTeamId !== row.parentTeamId) await assertParent(context, row.teamId, parentTeamId, fail);
    if (name === row.name && icon === row.icon && parentTeamId === row.parentTeamId)
      return { status: 200, body: teamOf(row) };
    await context.db.update(teams).set({ name, icon, parentTeamId }).where(eq(teams.teamId, row.teamId));
    return { status: 200, body: teamOf(await touchTeam(context, row.teamId)) };
  },

  async deleteTeam({ path, fail }, context) {
    const { db } = context;
    const row = await mustFindTeam(context, path.teamId, fail, true);
    await assertTeamRole(context, row.teamId, ["admin"], fail);
    context.assertMatch(teamOf(row), fail);
    await takeTurns(context);
    const children = await db
      .select({ teamId: teams.teamId })
      .from(teams)
      .where(eq(teams.parentTeamId, row.teamId));
    if (children.length > 0)
      throw fail("team_has_children", `Team ${row.teamId} is the parent of ${children.length} other teams.`);
    await revokeInvites(context, row.teamId);
    await emitTeam(context, "team.deleted", row);
    await db.delete(teams).where(eq(teams.teamId, row.teamId));
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;

/**
 * Refuses a parent that the caller cannot see, that is below the team, or that is too deep; until the end of the
 * transaction, nobody moves or deletes it.
 */
async function assertParent(
  context: Context,
  teamId: string | undefined,
  parentTeamId: string | null | undefined,
  fail: Fail<"validation_failed">,
): Promise<void> {
  if (typeof parentTeamId !== "string") return;
  await takeTurns(context);
  const isSeen = (await findTeam(context, parentTeamId)) !== undefined;
  const fault = isSeen ? await parentFault(context.db, teamId, parentTeamId) : "There is no such team.";
  if (fault === undefined) return;
  const code = isSeen ? "not_allowed" : "not_found";
  throw fail("validation_failed", undefined, {
    errors: [{ pointer: "/parentTeamId", code, message: fault }],
  });
}
