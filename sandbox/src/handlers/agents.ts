import type { Fail, Handlers } from "@workspace-api/server";
import { and, asc, eq, inArray } from "drizzle-orm";

import { endLease, lockSession } from "../agents/leases.js";
import { agentOf, changeSession, workersOf, type AgentRow, type WorkerRow } from "../agents/session-view.js";
import { isWorkerVisible } from "../visibility/agents.js";
import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { agents, claims, workerCommands, workers } from "../database/schema.js";

const BY_NAME: Order = { key: agents.name, id: agents.agentId, type: "text" };

const LATEST: Order = {
  key: workers.registeredAt,
  id: workers.workerId,
  type: "timestamptz",
  isDescending: true,
};

/** The others are told with the next heartbeat. */
const MOST_COMMANDS = 50;

export const agentHandlers = {
  async listAgents({ query, fail }, context) {
    const { db, caller } = context;
    const { cursor, limit } = query;
    const isThere = eq(agents.workspaceId, caller.workspaceId);
    const rows = await db
      .select({ agent: agents, sortKey: sortKeyOf(BY_NAME) })
      .from(agents)
      .where(and(isThere, isAfter(BY_NAME, context.positionOf(cursor, fail))))
      .orderBy(inOrder(BY_NAME))
      .limit(limit + 1);
    const { page, next } = pageOf(rows, limit, ({ agent }) => agent.agentId);
    const found = page.map(({ agent }) => agentOf(agent));
    return { status: 200, body: { agents: found, nextCursor: context.cursorOf(next) } };
  },

  async fetchAgent({ path, fail }, context) {
    return { status: 200, body: agentOf(await mustFindAgent(context, path.agentId, fail)) };
  },

  async listWorkers({ path, query, fail }, context) {
    const { db } = context;
    const after = context.positionOf(query.cursor, fail);
    await mustFindAgent(context, path.agentId, fail);
    const rows = await db
      .select({ worker: workers, sortKey: sortKeyOf(LATEST) })
      .from(workers)
      .where(and(eq(workers.agentId, path.agentId), isWorkerVisible(context.caller), isAfter(LATEST, after)))
      .orderBy(inOrder(LATEST))
      .limit(query.limit + 1);
    const { page, next } = pageOf(rows, query.limit, ({ worker }) => worker.workerId);
    const found = page.map(({ worker }) => worker);
    const views = await workersOf(db, found, context.now());
    return { status: 200, body: { workers: views, nextCursor: context.cursorOf(next) } };
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
