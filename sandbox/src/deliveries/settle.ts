import { and, eq, sql } from "drizzle-orm";

import { after, DAY, HOUR, MINUTE } from "../clock.js";
import type { Db } from "../database/open.js";
import { deliveries, deliveryJobs, events, webhooks } from "../database/schema.js";
import type { Outcome } from "./send.js";

/** How long to wait before each attempt, as the spec says: a little less than three days in all. */
const DELAYS_MS = [
  0,
  0,
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  16 * HOUR,
  24 * HOUR,
];
/** The most attempts at one delivery. */
export const ATTEMPTS = DELAYS_MS.length;
/** So many events in a row that could not be delivered disable a webhook. */
const MAX_FAILURES = 50;
/** The log of a webhook goes back so far, and so many attempts. */
export const KEPT_MS = 7 * DAY;
const KEPT_ATTEMPTS = 1000;

type Webhook = typeof webhooks.$inferSelect;
type Job = typeof deliveryJobs.$inferSelect;
type Event = typeof events.$inferSelect;

/** Notes what came of an attempt, and what follows: nothing, another attempt, or the end of the webhook. */
export async function settle(
  tx: Db,
  { job, event }: { readonly job: Job; readonly event: Event },
  entry: LogEntry,
  now: Date,
): Promise<void> {
  const { attempt, outcome } = entry;
  const webhook = await addToLog(tx, job.webhookId, event, entry);
  if (webhook === undefined) return;
  const mine = and(
    eq(deliveryJobs.jobId, job.jobId),
    eq(deliveryJobs.attempt, attempt),
    job.lockedUntil === null ? undefined : eq(deliveryJobs.lockedUntil, job.lockedUntil),
  );
  const delayMs = DELAYS_MS[attempt];
  const isGone = outcome.status === 410;
  if (!outcome.delivered && !isGone && delayMs !== undefined && outcome.error !== "too_large") {
    await tx
      .update(deliveryJobs)
      .set({ attempt: attempt + 1, reason: reasonOf(outcome), runAt: after(now, delayMs), lockedUntil: null })
      .where(mine);
    return;
  }
  const ended = await tx.delete(deliveryJobs).where(mine).returning({ jobId: deliveryJobs.jobId });
  // Another instance took the job over when the lease had lapsed: what follows is its affair.
  if (ended.length > 0) await judge(tx, webhook, outcome, now);
}

/** Forgets a job. */
export async function drop(db: Db, { jobId }: Job): Promise<void> {
  await db.delete(deliveryJobs).where(eq(deliveryJobs.jobId, jobId));
}

interface LogEntry {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly size: number;
  readonly sentAt: Date;
}

/** Adds an attempt to the log, and drops what is too old. Does nothing if the webhook is no more. */
export async function addToLog(
  tx: Db,
  webhookId: string,
  event: Event,
  { deliveryId, attempt, outcome, size, sentAt }: LogEntry,
): Promise<Webhook | undefined> {
  const [webhook] = await tx.select().from(webhooks).where(eq(webhooks.webhookId, webhookId)).for("update");
  if (webhook === undefined) return undefined;
  await tx.insert(deliveries).values({
    deliveryId,
    workspaceId: event.workspaceId,
    webhookId,
    eventId: event.eventId,
    eventType: event.type,
    attempt,
    attemptedAt: sentAt,
    size,
    ...outcome,
  });
  await tx.execute(sql`
    delete from ${deliveries} where ${deliveries.webhookId} = ${webhookId} and (
      ${deliveries.attemptedAt} <= ${after(sentAt, -KEPT_MS).toISOString()}
      or ${deliveries.deliveryId} in (
        select ${deliveries.deliveryId} from ${deliveries} where ${deliveries.webhookId} = ${webhookId}
        order by ${deliveries.attemptedAt} desc, ${deliveries.deliveryId} desc offset ${KEPT_ATTEMPTS}
      )
    )`);
  return webhook;
}

/** Counts events that could not be delivered, and disables a webhook that seems to be dead or says that it is. */
export async function judge(tx: Db, webhook: Webhook, outcome: Outcome, now: Date): Promise<void> {
  const failuresInRow = outcome.delivered ? 0 : webhook.failuresInRow + 1;
  const isDead = outcome.status === 410 || failuresInRow >= MAX_FAILURES;
  const change =
    isDead && webhook.status === "active"
      ? { status: "disabled", updatedAt: now, version: webhook.version + 1 }
      : {};
  if (failuresInRow !== webhook.failuresInRow || isDead) {
    await tx
      .update(webhooks)
      .set({ failuresInRow, ...change })
      .where(eq(webhooks.webhookId, webhook.webhookId));
  }
  if (isDead) await tx.delete(deliveryJobs).where(eq(deliveryJobs.webhookId, webhook.webhookId));
}

/** For `X-Retry-Reason`. */
export function reasonOf({ error, status }: { error: string | null; status: number | null }): string {
  return error === "http_status" ? `http_status ${status}` : (error ?? "requested");
}
