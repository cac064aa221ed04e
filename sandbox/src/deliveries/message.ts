import { createHmac } from "node:crypto";

import type { events, webhooks } from "../database/schema.js";

type Event = typeof events.$inferSelect;
type Webhook = typeof webhooks.$inferSelect;

/** The most that a body may measure. */
export const MAX_BODY_BYTES = 256 * 1024;

/** The version of `data`, as the spec describes it. */
const PAYLOAD_VERSION = "1";

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
    dataversion: PAYLOAD_VERSION,
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
    ...proofsOf(event.eventId, body, webhook, attempt.sentAt),
  };
}

/** The headers of a verification call, which has no body and is of no event. */
export function headersOfVerification(id: string, webhook: Webhook, sentAt: Date): Record<string, string> {
  return {
    "User-Agent": "workspace-sandbox",
    "X-Webhook-Key": webhook.verificationKey,
    ...proofsOf(id, "", webhook, sentAt),
  };
}

/** Standard Webhooks: what is sent and when, signed. */
function proofsOf(id: string, body: string, webhook: Webhook, sentAt: Date): Record<string, string> {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signaturesOf(`${id}.${timestamp}.${body}`, webhook, sentAt),
  };
}

/** One signature for each secret that is valid: while they are rotated, the new and the old one. */
function signaturesOf(content: string, webhook: Webhook, now: Date): string {
  const { signingSecret, previousSecret, previousSecretExpiresAt } = webhook;
  const isOldValid =
    previousSecret !== null && previousSecretExpiresAt !== null && previousSecretExpiresAt > now;
  return [signingSecret, ...(isOldValid ? [previousSecret] : [])]
    .map((secret) => `v1,${createHmac("sha256", bytesOfSecret(secret)).update(content).digest("base64")}`)
    .join(" ");
}

/** The bytes of a signing secret: `whsec_` and base64. */
export function bytesOfSecret(secret: string): Buffer {
  return Buffer.from(secret.slice("whsec_".length), "base64");
}
