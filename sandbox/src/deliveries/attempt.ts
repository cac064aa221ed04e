import { eventFor } from "./event-for.js";
import { bodyOf, headersOf, MAX_BODY_BYTES, type Attempt } from "./message.js";
import type { DeliveryParts } from "./parts.js";
import type { Claimed } from "./queue.js";
import { send, type Outcome } from "./send.js";
import { drop, settle } from "./settle.js";

/** A receiver has this long to answer, in real time. */
export const TIMEOUT_MS = 3000;

/** Makes one attempt and notes what came of it; none when the webhook may not tell of the event, or no longer. */
export async function deliver(work: Claimed, parts: DeliveryParts): Promise<void> {
  const { job, webhook } = work;
  const event = await eventFor(parts.database.db, webhook, work.event);
  if (event === undefined) return drop(parts.database.db, job);
  const sentAt = parts.clock.now();
  const { outcome, size } = await attempt({ event, webhook }, job, parts);
  const entry = { deliveryId: parts.ids("delivery"), attempt: job.attempt, outcome, size, sentAt };
  await parts.database.transaction((tx) => settle(tx, work, entry, parts.clock.now()));
  const { eventId, webhookId } = job;
  const { deliveryId, attempt: count } = entry;
  parts.onAttempt?.({ deliveryId, eventId, type: work.event.type, webhookId, attempt: count, ...outcome });
}

/** Sends an event once. */
export async function attempt(
  { event, webhook }: Pick<Claimed, "event" | "webhook">,
  which: Omit<Attempt, "sentAt">,
  { clock, allowLocal, sourceBase }: DeliveryParts,
): Promise<{ outcome: Outcome; size: number }> {
  const body = bodyOf(event, sourceBase);
  const size = Buffer.byteLength(body);
  if (size > MAX_BODY_BYTES) {
    return { outcome: { delivered: false, status: null, error: "too_large", latencyMs: 0 }, size };
  }
  // Receivers hold the time against their own clock, which no `--clock` makes faster.
  const sentAt = clock.factor === 1 ? clock.now() : new Date();
  const headers = headersOf(event, body, webhook, { ...which, sentAt });
  const outcome = await send(
    { method: "POST", url: webhook.url, headers, body },
    { allowLocal, timeoutMs: TIMEOUT_MS },
  );
  return { outcome, size };
}
