import { agents as agentTable } from "../../../sandbox/src/database/schema.js";
import type { Exchange } from "./exchange.js";

const AGENT = { agentId: "agt_fixer" };

/** Agents, their workers, and the life of their sessions. */
export async function agents(exchange: Exchange): Promise<void> {
  const { database, clock } = exchange.sandbox;
  await database.db
    .insert(agentTable)
    .values({ ...AGENT, workspaceId: "w_northwind", name: "Fixer", createdAt: clock.now() });
  await exchange.done("listAgents");
  await exchange.unchanged("fetchAgent", { path: AGENT });
  await exchange.refusal("fetchAgent", { path: { agentId: "agt_none" } });
  const worker = await workers(exchange);
  await sessions(exchange, worker);
  await endings(exchange, worker);
  await exchange.done("deregisterWorker", { path: worker });
}

async function workers(exchange: Exchange): Promise<{ workerId: string }> {
  const body = { mode: "local", name: "laptop" };
  const { workerId = "" } = await exchange.done("registerWorker", { path: AGENT, body });
  await exchange.done("registerWorker", { path: AGENT, body });
  await exchange.refusal("registerWorker", { path: { agentId: "agt_none" }, body });
  await exchange.done("listWorkers", { path: AGENT });
  await exchange.refusal("listWorkers", { path: { agentId: "agt_none" } });
  const worker = { workerId: String(workerId) };
  await exchange.done("fetchWorker", { path: worker });
  await exchange.done("heartbeatWorker", { path: worker });
  for (const id of ["fetchWorker", "heartbeatWorker", "deregisterWorker"] as const)
    await exchange.refusal(id, { path: { workerId: "wrk_none" } });
  return worker;
}

/** Queues a session for the owner's own worker. */
async function queued(exchange: Exchange): Promise<{ sessionId: string }> {
  const body = { ...AGENT, executionMode: "local", prompt: "Mend it." };
  return { sessionId: String((await exchange.done("createAgentSession", { body }))["sessionId"]) };
}

async function sessions(exchange: Exchange, { workerId }: { workerId: string }): Promise<void> {
  const body = { ...AGENT, executionMode: "local", prompt: "Mend it." };
  await exchange.refusal("createAgentSession", { body: { ...body, agentId: "agt_none" } });
  await exchange.refusal("createAgentSession", { body: { ...body, taskId: "tsk_none" } });
  const session = await queued(exchange);
  const none = { sessionId: "ses_none" };
  await exchange.done("listAgentSessions");
  await exchange.unchanged("fetchAgentSession", { path: session });
  const claim = { workerId };
  await exchange.refusal("claimSession", { path: session, body: { workerId: "wrk_none" } });
  await exchange.refusal("claimSession", { path: none, body: claim });
  const { claimId = "", token = "" } = await exchange.done("claimSession", { path: session, body: claim });
  await exchange.refusal("claimSession", { path: session, body: claim });
  await exchange.refusal("claimSession", { path: await queued(exchange), body: claim });
  const report = { type: "progress", claimId, token, text: "Half way." };
  await exchange.done("createActivity", { path: session, body: report });
  await exchange.refusal("createActivity", { path: session, body: { ...report, token: "x".repeat(16) } });
  await exchange.refusal("createActivity", { path: none, body: report });
  await exchange.done("listActivities", { path: session });
  const input = { text: "Yes." };
  await exchange.refusal("answerAgentSession", { path: session, body: input });
  const held = { ...session, claimId };
  await exchange.done("awaitClaimInput", { path: held, body: { token, question: "May I?" } });
  await exchange.done("answerAgentSession", { path: session, body: input });
  await exchange.done("heartbeatClaim", { path: held, body: { token } });
  await exchange.refusal("archiveAgentSession", { path: session });
  await exchange.refusal("retryAgentSession", { path: session });
  await exchange.done("releaseClaim", { path: held, body: { token } });
  await exchange.done("cancelAgentSession", { path: session });
  await exchange.refusal("cancelAgentSession", { path: session });
  await exchange.refusal("claimSession", { path: session, body: claim });
  await exchange.done("archiveAgentSession", { path: session });
  for (const id of ["fetchAgentSession", "cancelAgentSession", "archiveAgentSession"] as const)
    await exchange.refusal(id, { path: none });
  for (const id of ["retryAgentSession", "listActivities"] as const)
    await exchange.refusal(id, { path: none });
  await exchange.refusal("answerAgentSession", { path: none, body: input });
}

/** The calls that a claim ends with or goes on by, each with what it needs. */
const CLAIM_CALLS = {
  heartbeatClaim: {},
  completeClaim: { summary: "Done." },
  failClaim: { errorMessage: "It broke." },
  releaseClaim: {},
  awaitClaimInput: { question: "May I?" },
} as const;

async function endings(exchange: Exchange, { workerId }: { workerId: string }): Promise<void> {
  const ended = ["completeClaim", "failClaim"] as const;
  for (const id of ended) {
    const session = await queued(exchange);
    const { claimId = "", token = "" } = await exchange.done("claimSession", {
      path: session,
      body: { workerId },
    });
    await exchange.done(id, { path: { ...session, claimId }, body: { token, ...CLAIM_CALLS[id] } });
    for (const [other, body] of Object.entries(CLAIM_CALLS)) {
      // The names are those of the table above.
      const call = other as keyof typeof CLAIM_CALLS;
      await exchange.refusal(call, { path: { ...session, claimId }, body: { token, ...body } });
      await exchange.refusal(call, { path: { ...session, claimId: "clm_none" }, body: { token, ...body } });
      await exchange.refusal(call, { path: { sessionId: "ses_none", claimId }, body: { token, ...body } });
    }
    if (id === "failClaim") await exchange.done("retryAgentSession", { path: session });
  }
}
