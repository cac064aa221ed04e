import { createHmac } from "node:crypto";

import type { events, webhooks } from "../database/schema.js";

type Event = typeof events.$inferSelect;
type Webhook = typeof webhooks.$inferSelect;

/** The most that a body may measure. */
export const MAX_BODY_BYTES = 256 * 1024;

/** What tells one attempt from others. */
export interface Attempt {
  /** Counts from 1. */
  readonly attempt: number;
  /** Why the one before failed. */
  readonly reason: string | null;
  /** By the clock of the receiver, which refuses what is more than 5 minutes off. */
  readonly sentAt: Date;
}

/** The event as a CloudEvent in structured mode. All attempts send the same bytes. */
export function bodyOf(event: Event, sourceBase: string): string {
  return JSON.stringify(eventOf(event, sourceBase));
}

/** The event as webhooks and the feed tell it. */
export function eventOf(event: Event, sourceBase: string) {
  return {
    specversion: "1.0",
    id: event.eventId,
    type: event.type,
    source: `${sourceBase}/workspaces/${event.workspaceId}`,
    ...(event.subject !== null && { subject: event.subject }),
    time: event.createdAt.toISOString(),
    datacontenttype: "application/json",
    workspaceid: event.workspaceId,
    data: event.data,
  };
}

/** The headers of one attempt: what it is about, and the proofs that it is ours. */
export function headersOf(
  event: Event,
  body: string,
  webhook: Webhook,
  attempt: Attempt,
): Record<string, string> {
  const timestamp = String(Math.floor(attempt.sentAt.getTime() / 1000));
  return {
    "Content-Type": "application/cloudevents+json; charset=utf-8",
    "Content-Length": String(Buffer.byteLength(body)),
    "User-Agent": "workspace-sandbox",
    "X-Webhook-Key": webhook.verificationKey,
    "X-Event-Id": event.eventId,
    "X-Event-Type": event.type,
    ...(attempt.attempt > 1 && {
      "X-Retry-Num": String(attempt.attempt - 1),
      "X-Retry-Reason": attempt.reason ?? "requested",
    }),
    "webhook-id": event.eventId,
    "webhook-timestamp": timestamp,
    "webhook-signature": signaturesOf(`${event.eventId}.${timestamp}.${body}`, webhook, attempt.sentAt),
  };
}

/** One signature by Standard Webhooks for each key that is valid: while keys are rotated, the new and the old one. */
function signaturesOf(content: string, webhook: Webhook, now: Date): string {
  const { verificationKey, previousKey, previousKeyExpiresAt } = webhook;
  const isOldValid = previousKey !== null && previousKeyExpiresAt !== null && previousKeyExpiresAt > now;
  return [verificationKey, ...(isOldValid ? [previousKey] : [])]
    .map((key) => `v1,${createHmac("sha256", bytesOfKey(key)).update(content).digest("base64")}`)
    .join(" ");
}

/** The bytes of a verification key: `whsec_` and base64. */
export function bytesOfKey(key: string): Buffer {
  return Buffer.from(key.slice("whsec_".length), "base64");
}
