import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

import type { Fail } from "@workspace-api/server";
import { and, eq, inArray, lte } from "drizzle-orm";

import { after, SECOND } from "../clock.js";
import type { Context } from "../context.js";
import type { Db } from "../database/open.js";
import { agentSessions, claims } from "../database/schema.js";
import {
  changeSession,
  type ClaimRow,
  type SessionContext,
  type SessionRow,
  type WorkerRow,
} from "./session-view.js";
import { isSessionVisible } from "../visibility/agents.js";

const LEASE_MS = 120 * SECOND;

/** A session that the caller may see, locked, with its lease brought up to date. */
export async function lockSession(context: Context, sessionId: string): Promise<SessionRow | undefined> {
  const { db, caller } = context;
  const [row] = await db
    .select()
    .from(agentSessions)
    .where(and(eq(agentSessions.sessionId, sessionId), isSessionVisible(caller)))
    .for("update");
  return row && lapse(context, row);
}

/** Ends the lease of a session, whoever may see it, if its time is over. */
export async function lapseSession(context: Context, sessionId: string): Promise<void> {
  const [row] = await context.db
    .select()
    .from(agentSessions)
    .where(eq(agentSessions.sessionId, sessionId))
    .for("update");
  if (row) await lapse(context, row);
}

/** Ends the lease of a locked session if its time is over: the session is stale then. */
async function lapse(context: SessionContext, row: SessionRow): Promise<SessionRow> {
  const ended = await context.db
    .update(claims)
    .set({ state: "expired", endedAt: context.now() })
    .where(
      and(
        eq(claims.sessionId, row.sessionId),
        eq(claims.state, "active"),
        lte(claims.expiresAt, context.now()),
      ),
    )
    .returning();
  if (ended.length === 0) return row;
  const { db, now, emit } = context;
  const bySystem: SessionContext = { db, now, emit: (event) => emit({ ...event, bySystem: true }) };
  return changeSession(bySystem, row, { state: "stale", activeClaimId: null, question: null });
}

/** Ends all leases of the workspace whose time is over, so that lists show it. */
export async function lapseAll(context: Context): Promise<void> {
  const { db, caller } = context;
  const over = await db
    .select({ sessionId: claims.sessionId })
    .from(claims)
    .where(
      and(
        eq(claims.workspaceId, caller.workspaceId),
        eq(claims.state, "active"),
        lte(claims.expiresAt, context.now()),
      ),
    );
  if (over.length === 0) return;
  const ids = over.map(({ sessionId }) => sessionId);
  await db.transaction((tx) =>
    lapseSessions(tx, ids, () => ({ ...context.within(tx), now: () => context.now() })),
  );
}

/** Ends the leases of sessions whose time is over. To be run in a transaction. */
export async function lapseSessions(
  tx: Db,
  sessionIds: readonly string[],
  contextOf: (row: SessionRow) => SessionContext,
): Promise<void> {
  const rows = await tx
    .select()
    .from(agentSessions)
    .where(inArray(agentSessions.sessionId, [...sessionIds]))
    .orderBy(agentSessions.sessionId)
    .for("update");
  for (const row of rows) await lapse(contextOf(row), row);
}

/** Gives a worker the right to run a locked session. */
export async function grantLease(
  context: Context,
  session: SessionRow,
  worker: WorkerRow,
): Promise<{ claim: ClaimRow; token: string; session: SessionRow }> {
  const now = context.now();
  const token = `tok_${randomBytes(24).toString("base64url")}`;
  const claim: ClaimRow = {
    claimId: context.newId("claim"),
    workspaceId: session.workspaceId,
    sessionId: session.sessionId,
    workerId: worker.workerId,
    state: "active",
    tokenHash: hashOf(token),
    createdAt: now,
    expiresAt: after(now, LEASE_MS),
    endedAt: null,
  };
  await context.db.insert(claims).values(claim);
  const changes = { state: "active", activeClaimId: claim.claimId, startedAt: session.startedAt ?? now };
  return { claim, token, session: await changeSession(context, session, changes) };
}

/** A live claim of a locked session; refused if it has ended or the token is another's. */
export async function liveClaim(
  context: Context,
  session: SessionRow,
  claimId: string,
  token: string,
  fail: Fail<"claim_not_active">,
): Promise<ClaimRow> {
  const claim = await findClaim(context, session, claimId);
  const isLive = claim?.state === "active" && isHashOf(claim.tokenHash, token);
  if (!claim || !isLive)
    throw fail(
      "claim_not_active",
      `Claim ${claimId} has ended, or the token is not its own. Nothing was changed.`,
    );
  return claim;
}

/** A claim of a session, whatever became of it. */
export async function findClaim(
  { db }: Context,
  { sessionId }: SessionRow,
  claimId: string,
): Promise<ClaimRow | undefined> {
  const [claim] = await db
    .select()
    .from(claims)
    .where(and(eq(claims.sessionId, sessionId), eq(claims.claimId, claimId)));
  return claim;
}

/** Keeps a live claim for another lease. */
export async function extendLease(context: Context, claim: ClaimRow): Promise<ClaimRow> {
  const extended = { ...claim, expiresAt: after(context.now(), LEASE_MS) };
  await context.db.update(claims).set(extended).where(eq(claims.claimId, claim.claimId));
  return extended;
}

/** Ends whatever live claim a locked session has; gives it back. */
export async function endLease(
  context: Context,
  { sessionId }: SessionRow,
  state: "completed" | "failed" | "released" | "expired" | "cancelled",
): Promise<ClaimRow | undefined> {
  const [ended] = await context.db
    .update(claims)
    .set({ state, endedAt: context.now() })
    .where(and(eq(claims.sessionId, sessionId), eq(claims.state, "active")))
    .returning();
  return ended;
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function isHashOf(hash: string, token: string): boolean {
  return timingSafeEqual(Buffer.from(hash, "hex"), Buffer.from(hashOf(token), "hex"));
}
