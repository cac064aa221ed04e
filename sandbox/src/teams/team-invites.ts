import type { TeamInvite } from "@workspace-api/server";
import { and, eq, gt } from "drizzle-orm";

import type { Context } from "../context.js";
import { teamInvites } from "../database/schema.js";
import { audienceOfTeam } from "../visibility/audience.js";

export type InviteRow = typeof teamInvites.$inferSelect;

/** What became of an invitation by now: a pending one may have expired. */
export function statusOf({ status, expiresAt }: InviteRow, now: Date): string {
  return status === "pending" && expiresAt <= now ? "expired" : status;
}

export function inviteOf(row: InviteRow, now: Date): TeamInvite {
  return {
    inviteId: row.inviteId,
    teamId: row.teamId,
    email: row.email,
    role: row.role,
    status: statusOf(row, now),
    invitedBy: row.invitedBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}

/** Withdraws the pending invitations of a team, all of them or those to one address, and tells of each. */
export async function revokeInvites(context: Context, teamId: string, email?: string): Promise<void> {
  const isMeant = and(
    eq(teamInvites.teamId, teamId),
    eq(teamInvites.status, "pending"),
    gt(teamInvites.expiresAt, context.now()),
    email === undefined ? undefined : eq(teamInvites.email, email),
  );
  const revoked = await context.db.update(teamInvites).set({ status: "revoked" }).where(isMeant).returning();
  for (const row of revoked) await emitInvite(context, "team.invite_revoked", row);
}

/** Tells what happened to an invitation. */
export async function emitInvite(
  context: Context,
  type: "team.invite_created" | "team.invite_accepted" | "team.invite_revoked",
  row: InviteRow,
): Promise<void> {
  const { inviteId, teamId, workspaceId } = row;
  const resource = { type: "invite", id: inviteId, workspaceId, teamId };
  const data = { resource, invite: inviteOf(row, context.now()) };
  await context.emit({ type, subject: inviteId, data, audience: audienceOfTeam(teamId) });
}
