import type { Delivery, Webhook } from "@workspace-api/server";

import type { deliveries, webhooks } from "../database/schema.js";

export type WebhookRow = typeof webhooks.$inferSelect;
export type DeliveryRow = typeof deliveries.$inferSelect;

/** A webhook as the API shows it, without its secrets. */
export function webhookOf(row: WebhookRow): Webhook {
  return {
    webhookId: row.webhookId,
    url: row.url,
    description: row.description,
    events: row.events,
    status: row.status,
    userId: row.userId,
    payloadVersion: row.payloadVersion,
    verified: row.verified,
    checkedAt: row.checkedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}

export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    deliveryId: row.deliveryId,
    webhookId: row.webhookId,
    eventId: row.eventId,
    eventType: row.eventType,
    attempt: row.attempt,
    delivered: row.delivered,
    status: row.status,
    error: row.error,
    latencyMs: row.latencyMs,
    size: row.size,
    attemptedAt: row.attemptedAt.toISOString(),
  };
}
