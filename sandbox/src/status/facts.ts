import { asc, count, desc, eq, isNull } from "drizzle-orm";

import type { Db } from "../database/open.js";
import {
  agents,
  agentSessions,
  claims,
  deliveries,
  deliveryJobs,
  events,
  webhooks,
} from "../database/schema.js";

const SHOWN = 20;

export type DeliveryFacts = Awaited<ReturnType<typeof deliveryFacts>>;
export type SessionFacts = Awaited<ReturnType<typeof sessionFacts>>;

export interface StoredFacts {
  readonly deliveries: DeliveryFacts;
  readonly sessions: SessionFacts;
}

/** What the status page tells of webhooks: what waits, and what was tried. */
export async function deliveryFacts(db: Db) {
  const [undispatched] = await db.select({ count: count() }).from(events).where(isNull(events.dispatchedAt));
  const [waiting] = await db.select({ count: count() }).from(deliveryJobs);
  return {
    undispatched: undispatched?.count ?? 0,
    waiting: waiting?.count ?? 0,
    jobs: await db
      .select({ job: deliveryJobs, type: events.type, url: webhooks.url })
      .from(deliveryJobs)
      .innerJoin(events, eq(events.eventId, deliveryJobs.eventId))
      .innerJoin(webhooks, eq(webhooks.webhookId, deliveryJobs.webhookId))
      .orderBy(asc(deliveryJobs.runAt), asc(deliveryJobs.jobId))
      .limit(SHOWN),
    webhooks: await db.select().from(webhooks).orderBy(asc(webhooks.workspaceId), asc(webhooks.createdAt)),
    deliveries: await db
      .select({ delivery: deliveries, url: webhooks.url })
      .from(deliveries)
      .innerJoin(webhooks, eq(webhooks.webhookId, deliveries.webhookId))
      .orderBy(desc(deliveries.attemptedAt), desc(deliveries.deliveryId))
      .limit(SHOWN),
  };
}

/** The agent sessions that changed last, with the worker that has each in hand. */
export async function sessionFacts(db: Db) {
  return db
    .select({
      session: {
        sessionId: agentSessions.sessionId,
        executionMode: agentSessions.executionMode,
        taskId: agentSessions.taskId,
        state: agentSessions.state,
        errorMessage: agentSessions.errorMessage,
        question: agentSessions.question,
        updatedAt: agentSessions.updatedAt,
      },
      agent: agents.name,
      claim: claims,
    })
    .from(agentSessions)
    .innerJoin(agents, eq(agents.agentId, agentSessions.agentId))
    .leftJoin(claims, eq(claims.claimId, agentSessions.activeClaimId))
    .orderBy(desc(agentSessions.updatedAt), desc(agentSessions.sessionId))
    .limit(SHOWN);
}
