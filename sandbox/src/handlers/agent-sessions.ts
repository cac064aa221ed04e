import type { Fail, Handlers, ListAgentSessionsRequest } from "@workspace-api/server";
import { and, eq, inArray, isNotNull, isNull, type SQL } from "drizzle-orm";

import { endLease, lapseAll, lockSession } from "../agents/leases.js";
import {
  changeSession,
  emitSession,
  isClaimableBy,
  OLDEST,
  sessionOf,
  type SessionRow,
} from "../agents/session-view.js";
import { isSessionVisible, isWorkerVisible } from "../visibility/agents.js";
import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf } from "../database/keyset.js";
import { agentSessions, workerCommands, workers } from "../database/schema.js";
import { findTask } from "../tasks/find-task.js";
import type { TaskRow } from "../tasks/task-view.js";
import { modeOf, mustFindAgent, personOf } from "./agents.js";

/** The states that lead nowhere. */
const ENDED = ["complete", "error", "cancelled"];

const POLL_MS = 200;

const LONGEST_CONTEXT = 200_000;

export const agentSessionHandlers = {
  async listAgentSessions(request, context) {
    const { query, fail, signal } = request;
    const after = context.positionOf(query.cursor, fail);
    const until = Date.now() + query.wait * 1000;
    for (;;) {
      await lapseAll(context);
      const where = and(await filterOf(context, query), isAfter(OLDEST, after));
      const rows = await context.db
        .select({ session: agentSessions, sortKey: sortKeyOf(OLDEST) })
        .from(agentSessions)
        .where(where)
        .orderBy(inOrder(OLDEST))
        .limit(query.limit + 1);
      const mayWait = rows.length === 0 && Date.now() + POLL_MS < until;
      if (mayWait && (await context.pause(POLL_MS, signal))) continue;
      const { page, next } = pageOf(rows, query.limit, ({ session }) => session.sessionId);
      const sessions = page.map(({ session }) => sessionOf(session));
      return { status: 200, body: { agentSessions: sessions, nextCursor: context.cursorOf(next) } };
    }
  },

  async createAgentSession({ body, fail }, context) {
    const agent = await mustFindAgent(context, body.agentId, fail);
    const userId = personOf(context, fail);
    if (!agent.active) {
      const message = "The agent takes on no sessions.";
      throw fail("validation_failed", undefined, {
        errors: [{ pointer: "/agentId", code: "not_allowed", message }],
      });
    }
    const taskId = body.taskId ?? null;
    const task = taskId === null ? undefined : await findTask(context, taskId);
    if (taskId !== null && !task) throw fail("task_not_found", `There is no task ${taskId}.`);
    const now = context.now();
    const mode = modeOf(body.executionMode);
    const row: SessionRow = {
      sessionId: context.newId("session"),
      workspaceId: context.caller.workspaceId,
      agentId: agent.agentId,
      executionMode: mode,
      state: "queued",
      initiatedByUserId: userId,
      ownerUserId: mode === "local" ? userId : null,
      taskId,
      prompt: body.prompt,
      instructions: null,
      // What people wrote is data for the agent, never an instruction.
      context: task ? contextOf(task) : null,
      activeClaimId: null,
      plan: [],
      externalUrl: null,
      question: null,
      answer: null,
      errorMessage: null,
      retryOfSessionId: null,
      createdAt: now,
      updatedAt: now,
      startedAt: null,
      finishedAt: null,
      archivedAt: null,
      version: 1,
    };
    await context.db.insert(agentSessions).values(row);
    await emitSession(context, "agent_session.queued", row);
    return { status: 201, body: sessionOf(row) };
  },

  async fetchAgentSession({ path, fail }, context) {
    const { db, caller } = context;
    await lapseAll(context);
    const [row] = await db
      .select()
      .from(agentSessions)
      .where(and(eq(agentSessions.sessionId, path.sessionId), isSessionVisible(caller)));
    return { status: 200, body: sessionOf(row ?? noSession(fail, path.sessionId)) };
  },

  async cancelAgentSession({ path, fail }, context) {
    const row = await mustLock(context, path, fail);
    if (ENDED.includes(row.state)) return refuse(row, fail, "has come to an end");
    const claim = await endLease(context, row, "cancelled");
    if (claim)
      await context.db.insert(workerCommands).values({
        commandId: context.newId("command"),
        workspaceId: row.workspaceId,
        workerId: claim.workerId,
        type: "cancel_session",
        sessionId: row.sessionId,
        createdAt: context.now(),
      });
    const changes = { state: "cancelled", activeClaimId: null, question: null, finishedAt: context.now() };
    return { status: 200, body: sessionOf(await changeSession(context, row, changes)) };
  },

  async retryAgentSession({ path, fail }, context) {
    const row = await mustLock(context, path, fail);
    if (row.state === "stale") {
      const queued = await changeSession(context, row, { state: "queued" }, "agent_session.queued");
      return { status: 200, body: sessionOf(queued) };
    }
    if (row.state !== "error") return refuse(row, fail, "is neither stale nor failed");
    const now = context.now();
    const again: SessionRow = {
      ...row,
      sessionId: context.newId("session"),
      state: "queued",
      initiatedByUserId: personOf(context, fail),
      plan: [],
      externalUrl: null,
      answer: null,
      errorMessage: null,
      retryOfSessionId: row.sessionId,
      createdAt: now,
      updatedAt: now,
      startedAt: null,
      finishedAt: null,
      archivedAt: null,
      version: 1,
    };
    await context.db.insert(agentSessions).values(again);
    await emitSession(context, "agent_session.queued", again);
    return { status: 200, body: sessionOf(again) };
  },

  async archiveAgentSession({ path, fail }, context) {
    const row = await mustLock(context, path, fail);
    if (!ENDED.includes(row.state)) return refuse(row, fail, "has not come to an end");
    if (row.archivedAt !== null) return { status: 200, body: sessionOf(row) };
    const archived = await changeSession(context, row, { archivedAt: context.now() });
    return { status: 200, body: sessionOf(archived) };
  },

  async answerAgentSession({ path, body, fail }, context) {
    const row = await mustLock(context, path, fail);
    if (row.state !== "awaiting_input") return refuse(row, fail, "does not await input");
    const changes = { state: "active", question: null, answer: body.text };
    return { status: 200, body: sessionOf(await changeSession(context, row, changes)) };
  },
} satisfies Partial<Handlers<Context>>;

/** What the workspace says about a task, as far as it fits. */
function contextOf({ title, description }: TaskRow): string {
  const text = [title, description].filter(Boolean).join("\n\n");
  return text.length <= LONGEST_CONTEXT ? text : [...text].slice(0, LONGEST_CONTEXT).join("");
}

async function filterOf(
  context: Context,
  query: ListAgentSessionsRequest["query"],
): Promise<SQL | undefined> {
  const { caller } = context;
  const { state, workerId, agentId, taskId, archived } = query;
  return and(
    isSessionVisible(caller),
    archived ? isNotNull(agentSessions.archivedAt) : isNull(agentSessions.archivedAt),
    state && inArray(agentSessions.state, state),
    agentId === undefined ? undefined : eq(agentSessions.agentId, agentId),
    taskId === undefined ? undefined : eq(agentSessions.taskId, taskId),
    workerId === undefined ? undefined : await isForWorker(context, workerId),
  );
}

/** What a worker may claim; nothing for a worker that the caller cannot see. */
async function isForWorker(context: Context, workerId: string): Promise<SQL | undefined> {
  const [worker] = await context.db
    .select()
    .from(workers)
    .where(and(eq(workers.workerId, workerId), isWorkerVisible(context.caller)));
  return worker ? isClaimableBy(worker) : eq(agentSessions.agentId, "");
}

async function mustLock(
  context: Context,
  { sessionId }: { readonly sessionId: string },
  fail: Fail<"session_not_found">,
): Promise<SessionRow> {
  return (await lockSession(context, sessionId)) ?? noSession(fail, sessionId);
}

/** Refuses an id that names no session, or none that the caller may see. */
export function noSession(fail: Fail<"session_not_found">, sessionId: string): never {
  throw fail("session_not_found", `There is no session ${sessionId}.`);
}

function refuse(row: SessionRow, fail: Fail<"session_state_invalid">, why: string): never {
  throw fail("session_state_invalid", `Session ${row.sessionId} is ${row.state}: it ${why}.`);
}
