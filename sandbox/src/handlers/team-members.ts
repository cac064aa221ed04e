import type { Handlers, TeamMember } from "@workspace-api/server";
import { and, eq, inArray, sql } from "drizzle-orm";

import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { teamMembers, users } from "../database/schema.js";
import { findMember } from "../people/member-view.js";
import { assertTeamRole, MANAGERS, mustFindTeam, touchTeam } from "../teams/team-access.js";

const BY_NAME: Order = {
  key: sql`lower(coalesce(${users.name}, ''))`,
  id: teamMembers.userId,
  type: "text",
};

type MemberRow = Pick<typeof teamMembers.$inferSelect, "teamId" | "userId" | "role" | "joinedAt">;

export const teamMemberHandlers = {
  async listTeamMembers({ path, query, fail }, context) {
    const { db } = context;
    const after = context.positionOf(query.cursor, fail);
    await mustFindTeam(context, path.teamId, fail);
    const { teamId, userId, role, joinedAt } = teamMembers;
    const rows = await db
      .select({ teamId, userId, role, joinedAt, sortKey: sortKeyOf(BY_NAME) })
      .from(teamMembers)
      .innerJoin(users, eq(users.userId, teamMembers.userId))
      .where(
        and(
          eq(teamMembers.teamId, path.teamId),
          query.role && inArray(teamMembers.role, query.role),
          isAfter(BY_NAME, after),
        ),
      )
      .orderBy(inOrder(BY_NAME))
      .limit(query.limit + 1);
    const { page, next } = pageOf(rows, query.limit, (row) => row.userId);
    return { status: 200, body: { members: page.map(memberOf), nextCursor: context.cursorOf(next) } };
  },

  async putTeamMember({ path, body, fail }, context) {
    const { db, caller } = context;
    const { teamId, userId } = path;
    await mustFindTeam(context, teamId, fail, true);
    // Nobody removes them from the workspace meanwhile.
    const person = await findMember(context, userId, true);
    if (!person || person.status !== "active")
      throw fail("member_not_found", `The workspace has no member ${userId}.`);
    await assertTeamRole(context, teamId, MANAGERS, fail);
    const [present] = await db.select().from(teamMembers).where(isPlace(path));
    const { role } = body;
    if (present) {
      if (present.role !== role) {
        await db.update(teamMembers).set({ role }).where(isPlace(path));
        await touchTeam(context, teamId);
      }
      return { status: 200, body: memberOf({ ...present, role }) };
    }
    const row = { workspaceId: caller.workspaceId, teamId, userId, role, joinedAt: context.now() };
    await db.insert(teamMembers).values(row);
    await touchTeam(context, teamId);
    return { status: 201, body: memberOf(row) };
  },

  async removeTeamMember({ path, fail }, context) {
    const { db } = context;
    await mustFindTeam(context, path.teamId, fail, true);
    const [present] = await db.select().from(teamMembers).where(isPlace(path));
    if (!present) throw fail("team_member_not_found", `Team ${path.teamId} has no member ${path.userId}.`);
    if (context.userId !== path.userId) await assertTeamRole(context, path.teamId, MANAGERS, fail);
    await db.delete(teamMembers).where(isPlace(path));
    await touchTeam(context, path.teamId);
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;

function isPlace({ teamId, userId }: { readonly teamId: string; readonly userId: string }) {
  return and(eq(teamMembers.teamId, teamId), eq(teamMembers.userId, userId));
}

function memberOf({ teamId, userId, role, joinedAt }: MemberRow): TeamMember {
  return { teamId, userId, role, joinedAt: joinedAt.toISOString() };
}
