import type { Activity, Agent, AgentSession, Claim, Worker } from "@workspace-api/server";
import { and, eq, gt, inArray, sql, type SQL } from "drizzle-orm";

import { after, SECOND } from "../clock.js";
import type { Context } from "../context.js";
import type { Db } from "../database/open.js";
import { type activities, type agents, agentSessions, claims, workers } from "../database/schema.js";
import { audienceOfSession } from "../visibility/audience.js";

export type AgentRow = typeof agents.$inferSelect;
export type WorkerRow = typeof workers.$inferSelect;
export type SessionRow = typeof agentSessions.$inferSelect;
export type ClaimRow = typeof claims.$inferSelect;
export type ActivityRow = typeof activities.$inferSelect;

/** After so long without a sign of life, a worker counts as offline. */
const OFFLINE_MS = 90 * SECOND;

/** Whether a worker was heard of lately. */
function isOnline({ lastSeenAt }: WorkerRow, now: Date): boolean {
  return after(lastSeenAt, OFFLINE_MS) > now;
}

export function agentOf(row: AgentRow): Agent {
  const { agentId, workspaceId, name, avatarUrl, active, capabilities, createdAt, version } = row;
  const created = createdAt.toISOString();
  return { agentId, workspaceId, name, avatarUrl, active, capabilities, createdAt: created, version };
}

/** Workers with the sessions that they run, those that are online first, otherwise in the order given. */
export async function workersOf(db: Db, rows: readonly WorkerRow[], now: Date): Promise<Worker[]> {
  const ids = rows.map(({ workerId }) => workerId);
  const live =
    ids.length === 0
      ? []
      : await db
          .select({ workerId: claims.workerId, sessionId: claims.sessionId })
          .from(claims)
          .where(and(inArray(claims.workerId, ids), eq(claims.state, "active"), gt(claims.expiresAt, now)));
  const online = rows.filter((row) => isOnline(row, now));
  const offline = rows.filter((row) => !isOnline(row, now));
  return [...online, ...offline].map((row) => ({
    workerId: row.workerId,
    agentId: row.agentId,
    workspaceId: row.workspaceId,
    userId: row.userId,
    mode: row.mode,
    name: row.name,
    status: isOnline(row, now) ? "online" : "offline",
    sessionId: live.find(({ workerId }) => workerId === row.workerId)?.sessionId ?? null,
    registeredAt: row.registeredAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
  }));
}

export function sessionOf(row: SessionRow): AgentSession {
  return {
    sessionId: row.sessionId,
    workspaceId: row.workspaceId,
    agentId: row.agentId,
    executionMode: row.executionMode,
    state: row.state,
    initiatedByUserId: row.initiatedByUserId,
    ownerUserId: row.ownerUserId,
    taskId: row.taskId,
    prompt: row.prompt,
    instructions: row.instructions,
    context: row.context,
    activeClaimId: row.activeClaimId,
    plan: row.plan,
    externalUrl: row.externalUrl,
    question: row.question,
    answer: row.answer,
    errorMessage: row.errorMessage,
    retryOfSessionId: row.retryOfSessionId,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    archivedAt: row.archivedAt?.toISOString() ?? null,
    version: row.version,
  };
}

export function claimOf({ claimId, sessionId, workerId, state, createdAt, expiresAt }: ClaimRow): Claim {
  return {
    claimId,
    sessionId,
    workerId,
    state,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

export function activityOf(row: ActivityRow): Activity {
  const { activityId, sessionId, claimId } = row;
  const common = { activityId, sessionId, claimId, createdAt: row.createdAt.toISOString() };
  const { text } = row;
  if (row.type === "plan") return { ...common, type: "plan", steps: row.steps ?? [] };
  if (row.type === "url") return { ...common, type: "url", url: row.url ?? "" };
  const type = (["progress", "completion", "failure", "policy"] as const).find((name) => name === row.type);
  return { ...common, type: type ?? "progress", text: text ?? "" };
}

/** Which sessions a worker may claim: those of its agent and mode and, for a local one, those of its owner. */
export function isClaimableBy({ agentId, mode, userId }: WorkerRow): SQL | undefined {
  return and(
    eq(agentSessions.agentId, agentId),
    eq(agentSessions.executionMode, mode),
    mode === "local" ? eq(agentSessions.ownerUserId, userId) : undefined,
  );
}

/** Tells what happened to a session. */
export async function emitSession(
  context: Pick<Context, "db" | "emit">,
  type: "agent_session.queued" | "agent_session.updated" | "agent_session.completed",
  row: SessionRow,
): Promise<void> {
  const { sessionId, workspaceId, taskId } = row;
  const resource = { type: "agent_session", id: sessionId, workspaceId, ...(taskId !== null && { taskId }) };
  const audience = await audienceOfSession(context.db, row);
  await context.emit({
    type,
    subject: sessionId,
    data: { resource, agentSession: sessionOf(row) },
    audience,
  });
}

/** What a change of a session takes. */
export type SessionContext = Pick<Context, "db" | "emit" | "now">;

/** Changes a locked session, counts the change and tells of it. */
export async function changeSession(
  context: SessionContext,
  row: SessionRow,
  changes: Partial<SessionRow>,
  type:
    | "agent_session.queued"
    | "agent_session.updated"
    | "agent_session.completed" = "agent_session.updated",
): Promise<SessionRow> {
  const changed = { ...row, ...changes, updatedAt: context.now(), version: row.version + 1 };
  await context.db.update(agentSessions).set(changed).where(eq(agentSessions.sessionId, row.sessionId));
  await emitSession(context, type, changed);
  return changed;
}

/** The order of lists of sessions: the oldest first. */
export const OLDEST = {
  key: agentSessions.createdAt,
  id: sql`${agentSessions.sessionId}`,
  type: "timestamptz",
} as const;
