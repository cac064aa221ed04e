import { and, asc, eq, inArray, isNotNull, isNull, lte, notInArray, or, sql } from "drizzle-orm";

import { after, HOUR } from "../clock.js";
import type { Db } from "../database/open.js";
import { deliveryJobs, events, webhooks } from "../database/schema.js";
import type { Ids } from "../ids.js";
import { EVENTS_KEPT_MS } from "../events.js";

/** So many events are handed out at a time. */
export const EVENTS_AT_ONCE = 100;

type Webhook = typeof webhooks.$inferSelect;
type Job = typeof deliveryJobs.$inferSelect;

/** Whether a webhook wants an event. A test goes to the webhook that it is a test of, and to no other. */
function wants(webhook: Webhook, event: typeof events.$inferSelect): boolean {
  if (event.type === "webhook.test") return event.subject === webhook.webhookId;
  return (
    webhook.status === "active" &&
    webhook.createdAt <= event.createdAt &&
    (webhook.events === null || webhook.events.includes(event.type))
  );
}

/** Whether there are new events, and jobs that are due: one question, since the answer is mostly no. */
export async function workOf(db: Db, now: Date): Promise<{ hasEvents: boolean; hasJobs: boolean }> {
  const fresh = db.select().from(events).where(isNull(events.dispatchedAt));
  const due = db.select().from(deliveryJobs).where(isDue(now));
  const [work] = await db
    .select({ hasEvents: sql<boolean>`exists ${fresh}`, hasJobs: sql<boolean>`exists ${due}` })
    .from(sql`(values (1)) as one`);
  return work ?? { hasEvents: false, hasJobs: false };
}

/** Jobs whose time has come, and that nobody has in hand. */
function isDue(now: Date) {
  return and(
    lte(deliveryJobs.runAt, now),
    or(isNull(deliveryJobs.lockedUntil), lte(deliveryJobs.lockedUntil, now)),
  );
}

/**
 * Makes a job of each new event and each webhook that wants it. To be run in a transaction; instances that do it at the
 * same time get different events.
 *
 * @returns how many events there were, and how many jobs came of them.
 */
export async function fanOut(tx: Db, now: Date, ids: Ids): Promise<{ events: number; jobs: number }> {
  const fresh = await tx
    .select()
    .from(events)
    .where(isNull(events.dispatchedAt))
    .orderBy(asc(events.position))
    .limit(EVENTS_AT_ONCE)
    .for("update", { skipLocked: true });
  if (fresh.length === 0) return { events: 0, jobs: 0 };
  const workspaceIds = [...new Set(fresh.map(({ workspaceId }) => workspaceId))];
  // Locked, so that one that is disabled or deleted at this moment gets no job, or loses it with its others.
  const targets = await tx
    .select()
    .from(webhooks)
    .where(inArray(webhooks.workspaceId, workspaceIds))
    .for("share");
  const jobs = fresh.flatMap((event) =>
    targets
      .filter((webhook) => webhook.workspaceId === event.workspaceId && wants(webhook, event))
      .map(({ webhookId }) => ({
        jobId: ids("job"),
        workspaceId: event.workspaceId,
        webhookId,
        eventId: event.eventId,
        runAt: now,
      })),
  );
  if (jobs.length > 0) await tx.insert(deliveryJobs).values(jobs);
  const eventIds = fresh.map(({ eventId }) => eventId);
  await tx.update(events).set({ dispatchedAt: now }).where(inArray(events.eventId, eventIds));
  return { events: fresh.length, jobs: jobs.length };
}

/** A job in hand, with what is needed to do it. */
export interface Claimed {
  readonly job: Job;
  readonly event: typeof events.$inferSelect;
  readonly webhook: Webhook;
}

interface Claim {
  readonly now: Date;
  readonly until: Date;
  readonly limit: number;
  readonly without: readonly string[];
  readonly busy: readonly string[];
}

/**
 * Takes jobs that are due and nobody has in hand. The lease gives them back by itself when this process dies.
 *
 * @param without jobs that this process has in hand already, should their lease have lapsed.
 * @param busy webhooks that have to wait, so that others come to their turn.
 */
export async function claim(db: Db, { now, until, limit, without, busy }: Claim): Promise<Claimed[]> {
  const due = db
    .select({ jobId: deliveryJobs.jobId })
    .from(deliveryJobs)
    .where(
      and(
        isDue(now),
        busy.length > 0 ? notInArray(deliveryJobs.webhookId, [...busy]) : undefined,
        without.length > 0 ? notInArray(deliveryJobs.jobId, [...without]) : undefined,
      ),
    )
    .orderBy(asc(deliveryJobs.runAt), asc(deliveryJobs.jobId))
    .limit(limit)
    .for("update", { skipLocked: true });
  const taken = await db
    .update(deliveryJobs)
    .set({ lockedUntil: until })
    .where(inArray(deliveryJobs.jobId, due))
    .returning({ jobId: deliveryJobs.jobId });
  if (taken.length === 0) return [];
  const jobIds = taken.map(({ jobId }) => jobId);
  return db
    .select({ job: deliveryJobs, event: events, webhook: webhooks })
    .from(deliveryJobs)
    .innerJoin(events, eq(events.eventId, deliveryJobs.eventId))
    .innerJoin(webhooks, eq(webhooks.webhookId, deliveryJobs.webhookId))
    .where(inArray(deliveryJobs.jobId, jobIds));
}

/** Gives back all jobs, whoever has them in hand. */
export async function releaseAll(db: Db): Promise<void> {
  await db.update(deliveryJobs).set({ lockedUntil: null }).where(isNotNull(deliveryJobs.lockedUntil));
}

/** Forgets events that nobody can ask for again; cursors tell the hour only. */
export async function forgetOldEvents(db: Db, now: Date): Promise<void> {
  const isPending = db
    .select({ eventId: deliveryJobs.eventId })
    .from(deliveryJobs)
    .where(eq(deliveryJobs.eventId, events.eventId));
  await db
    .delete(events)
    .where(and(lte(events.dispatchedAt, after(now, -EVENTS_KEPT_MS - HOUR)), sql`not exists ${isPending}`));
}
