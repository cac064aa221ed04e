import type { AgentSession, Fail, Handlers } from "@workspace-api/server";
import { and, eq } from "drizzle-orm";

import {
  endLease,
  extendLease,
  findClaim,
  grantLease,
  lapseSession,
  liveClaim,
  lockSession,
} from "../agents/leases.js";
import { addActivity } from "../agents/activities.js";
import { changeSession, claimOf, sessionOf, type ClaimRow, type SessionRow } from "../agents/session-view.js";
import type { Context } from "../context.js";
import { claims } from "../database/schema.js";
import { lockOwnWorker } from "./agents.js";
import { noSession } from "./agent-sessions.js";

export const claimHandlers = {
  async claimSession({ path, body, fail }, context) {
    const session = (await lockSession(context, path.sessionId)) ?? noSession(fail, path.sessionId);
    const worker = await lockOwnWorker(context, body.workerId, fail);
    const isTheirs =
      session.agentId === worker.agentId &&
      session.executionMode === worker.mode &&
      (worker.mode === "cloud" || session.ownerUserId === worker.userId);
    if (!isTheirs) {
      const message = "The session is for a worker of another agent, mode or owner.";
      throw fail("validation_failed", undefined, {
        errors: [{ pointer: "/workerId", code: "not_allowed", message }],
      });
    }
    if (session.activeClaimId !== null)
      throw fail("session_already_claimed", `Session ${session.sessionId} is claimed already.`);
    if (session.state !== "queued")
      throw fail("session_state_invalid", `Session ${session.sessionId} is ${session.state}, not queued.`);
    await assertIdle(context, worker.workerId, fail);
    const lease = await grantLease(context, session, worker);
    const body201 = { ...claimOf(lease.claim), token: lease.token, session: sessionOf(lease.session) };
    return { status: 201, body: body201 };
  },

  async heartbeatClaim({ path, body, fail }, context) {
    const { claim } = await mustHold(context, path, body.token, fail);
    return { status: 200, body: claimOf(await extendLease(context, claim)) };
  },

  async completeClaim({ path, body, fail }, context) {
    const { claim, session } = await mustHold(context, path, body.token, fail);
    if (body.summary !== undefined)
      await addActivity(context, claim, { type: "completion", text: body.summary });
    return end(context, session, "completed", { state: "complete" });
  },

  async failClaim({ path, body, fail }, context) {
    const { claim, session } = await mustHold(context, path, body.token, fail);
    const { errorMessage } = body;
    await addActivity(context, claim, { type: "failure", text: errorMessage });
    return end(context, session, "failed", { state: "error", errorMessage });
  },

  async releaseClaim({ path, body, fail }, context) {
    const { claim, session } = await mustHold(context, path, body.token, fail);
    if (body.reason !== undefined) await addActivity(context, claim, { type: "progress", text: body.reason });
    await endLease(context, session, "released");
    const changes = { state: "queued", activeClaimId: null, question: null };
    const queued = await changeSession(context, session, changes, "agent_session.queued");
    return { status: 200, body: sessionOf(queued) };
  },

  async awaitClaimInput({ path, body, fail }, context) {
    const { session } = await mustHold(context, path, body.token, fail);
    const changes = { state: "awaiting_input", question: body.question, answer: null };
    return { status: 200, body: sessionOf(await changeSession(context, session, changes)) };
  },
} satisfies Partial<Handlers<Context>>;

async function end(
  context: Context,
  session: SessionRow,
  state: "completed" | "failed",
  changes: Partial<SessionRow>,
): Promise<{ status: 200; body: AgentSession }> {
  await endLease(context, session, state);
  const all = { ...changes, activeClaimId: null, question: null, finishedAt: context.now() };
  const ended = await changeSession(context, session, all, "agent_session.completed");
  return { status: 200, body: sessionOf(ended) };
}

/** The live claim that a worker's call is about, and its locked session. */
async function mustHold(
  context: Context,
  { sessionId, claimId }: { readonly sessionId: string; readonly claimId: string },
  token: string,
  fail: Fail<"session_not_found" | "claim_not_found" | "claim_not_active">,
): Promise<{ claim: ClaimRow; session: SessionRow }> {
  const session = (await lockSession(context, sessionId)) ?? noSession(fail, sessionId);
  if (!(await findClaim(context, session, claimId)))
    throw fail("claim_not_found", `Session ${sessionId} has no claim ${claimId}.`);
  return { session, claim: await liveClaim(context, session, claimId, token, fail) };
}

async function assertIdle(context: Context, workerId: string, fail: Fail<"worker_busy">): Promise<void> {
  const live = await context.db
    .select()
    .from(claims)
    .where(and(eq(claims.workerId, workerId), eq(claims.state, "active")));
  for (const claim of live) {
    // A lease that has run out keeps nobody busy; whoever looks at its session ends it.
    if (claim.expiresAt > context.now())
      throw fail("worker_busy", `Worker ${workerId} holds a claim on session ${claim.sessionId}.`);
    await lapseSession(context, claim.sessionId);
  }
}
