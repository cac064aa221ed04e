import type { Fail, Handlers } from "@workspace-api/server";
import { and, eq, inArray, sql } from "drizzle-orm";

import { after as later, DAY } from "../clock.js";
import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { teamInvites, teamMembers, users } from "../database/schema.js";
import { assertTeamRole, lockTeam, MANAGERS, mustFindTeam, touchTeam } from "../teams/team-access.js";
import { emitInvite, inviteOf, revokeInvites, statusOf, type InviteRow } from "../teams/team-invites.js";

const VALID_MS = 7 * DAY;

const NEWEST: Order = {
  key: teamInvites.createdAt,
  id: teamInvites.inviteId,
  type: "timestamptz",
  isDescending: true,
};

export const teamInviteHandlers = {
  async listTeamInvites({ path, query, fail }, context) {
    const { db } = context;
    const after = context.positionOf(query.cursor, fail);
    await mustFindTeam(context, path.teamId, fail);
    const now = context.now();
    const isOver = sql`${teamInvites.status} = 'pending' and ${teamInvites.expiresAt} <= ${now.toISOString()}::timestamptz`;
    const status = sql<string>`case when ${isOver} then 'expired' else ${teamInvites.status} end`;
    const rows = await db
      .select({ invite: teamInvites, sortKey: sortKeyOf(NEWEST) })
      .from(teamInvites)
      .where(
        and(
          eq(teamInvites.teamId, path.teamId),
          inArray(status, query.status ?? ["pending"]),
          isAfter(NEWEST, after),
        ),
      )
      .orderBy(inOrder(NEWEST))
      .limit(query.limit + 1);
    const { page, next } = pageOf(rows, query.limit, ({ invite }) => invite.inviteId);
    const invites = page.map(({ invite }) => inviteOf(invite, now));
    return { status: 200, body: { invites, nextCursor: context.cursorOf(next) } };
  },

  async createTeamInvite({ path, body, fail }, context) {
    const { db } = context;
    const { teamId, workspaceId } = await mustFindTeam(context, path.teamId, fail, true);
    await assertTeamRole(context, teamId, MANAGERS, fail);
    const email = body.email.toLowerCase();
    const present = await db
      .select({ userId: teamMembers.userId })
      .from(teamMembers)
      .innerJoin(users, eq(users.userId, teamMembers.userId))
      .where(and(eq(teamMembers.teamId, teamId), eq(sql`lower(${users.email})`, email)));
    if (present.length > 0) throw fail("already_a_member", "The person belongs to the team already.");
    await revokeInvites(context, teamId, email);
    const createdAt = context.now();
    const row: InviteRow = {
      inviteId: context.newId("invite"),
      workspaceId,
      teamId,
      email,
      role: body.role ?? "member",
      status: "pending",
      invitedBy: context.userId,
      createdAt,
      expiresAt: later(createdAt, VALID_MS),
    };
    await db.insert(teamInvites).values(row);
    await emitInvite(context, "team.invite_created", row);
    return { status: 201, body: inviteOf(row, createdAt) };
  },

  async revokeTeamInvite({ path, fail }, context) {
    await mustFindTeam(context, path.teamId, fail, true);
    const row = (await find(context, path)) ?? noInvite(path, fail);
    await assertTeamRole(context, path.teamId, MANAGERS, fail);
    if (statusOf(row, context.now()) === "pending") {
      await context.db.update(teamInvites).set({ status: "revoked" }).where(isInvite(row));
      await emitInvite(context, "team.invite_revoked", { ...row, status: "revoked" });
    }
    return { status: 204 };
  },

  async acceptTeamInvite({ path, fail }, context) {
    const { db, caller } = context;
    if (caller.kind !== "member") throw fail("oauth_required");
    const [person] = await db.select().from(users).where(eq(users.userId, caller.userId));
    await lockTeam(context, path.teamId);
    const found = await find(context, path);
    const isInvited = found !== undefined && person?.email?.toLowerCase() === found.email;
    // Whoever is invited does not see the team yet; for others it does not exist, nor do its invitations.
    if (!isInvited) await mustFindTeam(context, path.teamId, fail);
    const row = found ?? noInvite(path, fail);
    if (!isInvited) throw fail("permission_denied", "The invitation was sent to somebody else.");
    if (statusOf(row, context.now()) !== "pending")
      throw fail("invite_not_pending", `The invitation is ${statusOf(row, context.now())}.`);
    const { workspaceId, teamId, role } = row;
    await db.update(teamInvites).set({ status: "accepted" }).where(isInvite(row));
    const place = { workspaceId, teamId, userId: caller.userId, role, joinedAt: context.now() };
    const added = await db.insert(teamMembers).values(place).onConflictDoNothing().returning();
    const accepted: InviteRow = { ...row, status: "accepted" };
    await emitInvite(context, "team.invite_accepted", accepted);
    if (added.length > 0) await touchTeam(context, teamId);
    return { status: 200, body: inviteOf(accepted, context.now()) };
  },
} satisfies Partial<Handlers<Context>>;

interface InvitePath {
  readonly teamId: string;
  readonly inviteId: string;
}

/** The invitation, locked. */
async function find({ db, caller }: Context, path: InvitePath): Promise<InviteRow | undefined> {
  const [row] = await db
    .select()
    .from(teamInvites)
    .where(
      and(
        eq(teamInvites.workspaceId, caller.workspaceId),
        eq(teamInvites.teamId, path.teamId),
        eq(teamInvites.inviteId, path.inviteId),
      ),
    )
    .for("update");
  return row;
}

function isInvite({ inviteId }: InviteRow) {
  return eq(teamInvites.inviteId, inviteId);
}

function noInvite({ teamId, inviteId }: InvitePath, fail: Fail<"invite_not_found">): never {
  throw fail("invite_not_found", `Team ${teamId} has no invitation ${inviteId}.`);
}
