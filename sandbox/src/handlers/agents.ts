import type { Fail, Handlers } from "@workspace-api/server";
import { and, asc, desc, eq, inArray } from "drizzle-orm";

import { endLease, lockSession } from "../agents/leases.js";
import { agentOf, changeSession, workersOf, type AgentRow, type WorkerRow } from "../agents/session-view.js";
import { isWorkerVisible } from "../visibility/agents.js";
import type { Context } from "../context.js";
import { agents, claims, workerCommands, workers } from "../database/schema.js";

/** A list of workers is not paged; those not heard of for longest are left out. */
const MOST_WORKERS = 200;

/** The others are told with the next heartbeat. */
const MOST_COMMANDS = 50;

export const agentHandlers = {
  async listAgents(_request, { db, caller }) {
    const rows = await db
      .select()
      .from(agents)
      .where(eq(agents.workspaceId, caller.workspaceId))
      .orderBy(asc(agents.name), asc(agents.agentId));
    return { status: 200, body: { agents: rows.map(agentOf) } };
  },

  async fetchAgent({ path, fail }, context) {
    return { status: 200, body: agentOf(await mustFindAgent(context, path.agentId, fail)) };
  },

  async listWorkers({ path, fail }, context) {
    const { db } = context;
    await mustFindAgent(context, path.agentId, fail);
    const rows = await db
      .select()
      .from(workers)
      .where(and(eq(workers.agentId, path.agentId), isWorkerVisible(context.caller)))
      .orderBy(desc(workers.lastSeenAt), asc(workers.workerId))
      .limit(MOST_WORKERS);
    return { status: 200, body: { workers: await workersOf(db, rows, context.now()) } };
  },

  async registerWorker({ path, body, fail }, context) {
    const { db, caller } = context;
    const { agentId } = await mustFindAgent(context, path.agentId, fail);
    const userId = personOf(context, fail);
    const now = context.now();
    const row: WorkerRow = {
      workerId: context.newId("worker"),
      workspaceId: caller.workspaceId,
      agentId,
      userId,
      mode: modeOf(body.mode),
      name: body.name,
      registeredAt: now,
      lastSeenAt: now,
    };
    // Two that register at once find the same worker.
    const [added] = await db.insert(workers).values(row).onConflictDoNothing().returning();
    if (added) return { status: 201, body: await viewOf(context, added) };
    const isKnown = and(
      eq(workers.agentId, agentId),
      eq(workers.userId, userId),
      eq(workers.name, body.name),
    );
    const [known = row] = await db
      .update(workers)
      .set({ mode: row.mode, lastSeenAt: now })
      .where(isKnown)
      .returning();
    return { status: 200, body: await viewOf(context, known) };
  },

  async fetchWorker({ path, fail }, context) {
    const [row] = await context.db
      .select()
      .from(workers)
      .where(and(eq(workers.workerId, path.workerId), isWorkerVisible(context.caller)));
    return { status: 200, body: await viewOf(context, row ?? noWorker(fail, path.workerId)) };
  },

  async heartbeatWorker({ path, fail }, context) {
    const { db } = context;
    const row = await lockOwnWorker(context, path.workerId, fail);
    const seen = { ...row, lastSeenAt: context.now() };
    await db.update(workers).set(seen).where(eq(workers.workerId, row.workerId));
    const told = await db
      .select()
      .from(workerCommands)
      .where(eq(workerCommands.workerId, row.workerId))
      .orderBy(asc(workerCommands.createdAt), asc(workerCommands.commandId))
      .limit(MOST_COMMANDS);
    const ids = told.map(({ commandId }) => commandId);
    if (ids.length > 0) await db.delete(workerCommands).where(inArray(workerCommands.commandId, ids));
    const commands = told.map(({ type, sessionId }) =>
      type === "cancel_session" && sessionId !== null
        ? ({ type: "cancel_session", sessionId } as const)
        : ({ type: "stop" } as const),
    );
    return { status: 200, body: { worker: await viewOf(context, seen), commands } };
  },

  async deregisterWorker({ path, fail }, context) {
    const { db } = context;
    const { workerId } = await lockOwnWorker(context, path.workerId, fail);
    const [live] = await db
      .select()
      .from(claims)
      .where(and(eq(claims.workerId, workerId), eq(claims.state, "active")));
    const session = live && (await lockSession(context, live.sessionId));
    if (session && (await endLease(context, session, "expired")))
      await changeSession(context, session, { state: "stale", activeClaimId: null, question: null });
    await db.delete(workers).where(eq(workers.workerId, workerId));
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;

/** The caller's own worker, locked. */
export async function lockOwnWorker(
  { db, caller, userId }: Context,
  workerId: string,
  fail: Fail<"worker_not_found">,
): Promise<WorkerRow> {
  const [row] = await db
    .select()
    .from(workers)
    .where(
      and(
        eq(workers.workspaceId, caller.workspaceId),
        eq(workers.workerId, workerId),
        eq(workers.userId, userId ?? ""),
      ),
    )
    .for("update");
  return row ?? noWorker(fail, workerId);
}

/** An agent of the workspace, or a refusal. */
export async function mustFindAgent(
  { db, caller }: Context,
  agentId: string,
  fail: Fail<"agent_not_found">,
): Promise<AgentRow> {
  const [row] = await db
    .select()
    .from(agents)
    .where(and(eq(agents.workspaceId, caller.workspaceId), eq(agents.agentId, agentId)));
  if (!row) throw fail("agent_not_found", `The workspace has no agent ${agentId}.`);
  return row;
}

/** The signed-in person; these operations are closed to API keys. */
export function personOf({ userId }: Context, fail: Fail<"oauth_required">): string {
  if (userId === null) throw fail("oauth_required");
  return userId;
}

/** Where something runs; requests know two places. */
export function modeOf(mode: string): "local" | "cloud" {
  return mode === "cloud" ? "cloud" : "local";
}

async function viewOf(context: Context, row: WorkerRow) {
  const [worker] = await workersOf(context.db, [row], context.now());
  if (!worker) throw new Error("A worker has a view.");
  return worker;
}

function noWorker(fail: Fail<"worker_not_found">, workerId: string): never {
  throw fail("worker_not_found", `You have no worker ${workerId}.`);
}
