import type { Fail, Handlers } from "@workspace-api/server";
import { and, desc, eq, gt } from "drizzle-orm";

import { after as later } from "../clock.js";
import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { deliveries, events, webhooks } from "../database/schema.js";
import { addToLog, judge, KEPT_MS, reasonOf } from "../deliveries/settle.js";
import { eventFor } from "../deliveries/event-for.js";
import { deliveryOf, type DeliveryRow, type WebhookRow } from "../deliveries/views.js";
import { attempt } from "../deliveries/attempt.js";
import type { DeliveryParts } from "../deliveries/parts.js";
import { assertManager, assertMayRead } from "../people/managers.js";
import { isWebhook, noWebhook } from "./webhooks.js";

const LATEST: Order = {
  key: deliveries.attemptedAt,
  id: deliveries.deliveryId,
  type: "timestamptz",
  isDescending: true,
};

export function webhookDeliveryHandlers(parts: DeliveryParts) {
  return {
    async listWebhookDeliveries({ path, query, fail }, context) {
      assertMayRead(context, fail);
      const after = context.positionOf(query.cursor, fail);
      const { webhookId } = await mustFind(context, path.webhookId, fail);
      const rows = await context.db
        .select({ delivery: deliveries, sortKey: sortKeyOf(LATEST) })
        .from(deliveries)
        .where(
          and(
            eq(deliveries.webhookId, webhookId),
            isKept(context),
            query.delivered === undefined ? undefined : eq(deliveries.delivered, query.delivered),
            isAfter(LATEST, after),
          ),
        )
        .orderBy(inOrder(LATEST))
        .limit(query.limit + 1);
      const { page, next } = pageOf(rows, query.limit, ({ delivery }) => delivery.deliveryId);
      return {
        status: 200,
        body: {
          deliveries: page.map(({ delivery }) => deliveryOf(delivery)),
          nextCursor: context.cursorOf(next),
        },
      };
    },

    async clearWebhookDeliveries({ path, fail }, context) {
      assertManager(context, fail);
      const { webhookId } = await mustFind(context, path.webhookId, fail);
      await context.db.delete(deliveries).where(eq(deliveries.webhookId, webhookId));
      return { status: 204 };
    },

    /** Not in a transaction: the receiver has three seconds, and may call this API meanwhile. */
    async redeliverWebhook({ path, fail }, context) {
      assertMayRead(context, fail);
      const webhook = await mustFind(context, path.webhookId, fail);
      const { event: stored, last } = await mustFindEvent(context, path, fail);
      const event = (await eventFor(context.db, webhook, stored)) ?? noDelivery(fail, path.deliveryId);
      const sentAt = context.now();
      const which = { attempt: last.attempt + 1, reason: last.delivered ? null : reasonOf(last) };
      const { outcome, size } = await attempt({ event, webhook }, which, parts);
      const entry = {
        deliveryId: context.newId("delivery"),
        attempt: which.attempt,
        outcome,
        size,
        sentAt,
      };
      const row = await context.db.transaction(async (tx) => {
        const now = await addToLog(tx, webhook.webhookId, event, entry);
        if (now === undefined) return noWebhook(fail, webhook.webhookId);
        // A failure by request is not counted: the schedule has its own.
        if (outcome.delivered || outcome.status === 410) await judge(tx, now, outcome, context.now());
        const [added] = await tx.select().from(deliveries).where(eq(deliveries.deliveryId, entry.deliveryId));
        return added ?? noDelivery(fail, entry.deliveryId);
      });
      return { status: 200, body: deliveryOf(row) };
    },
  } satisfies Partial<Handlers<Context>>;
}

/** The log is pruned when it grows; what is too old before that is not shown. */
function isKept({ now }: Context) {
  return gt(deliveries.attemptedAt, later(now(), -KEPT_MS));
}

async function mustFind(
  context: Context,
  webhookId: string,
  fail: Fail<"webhook_not_found">,
): Promise<WebhookRow> {
  const [row] = await context.db.select().from(webhooks).where(isWebhook(context, webhookId));
  return row ?? noWebhook(fail, webhookId);
}

/** The event of a delivery, and the last attempt to send it there. */
async function mustFindEvent(
  context: Context,
  { webhookId, deliveryId }: { readonly webhookId: string; readonly deliveryId: string },
  fail: Fail<"delivery_not_found">,
): Promise<{ event: typeof events.$inferSelect; last: DeliveryRow }> {
  const { db } = context;
  const [found] = await db
    .select({ event: events })
    .from(deliveries)
    .innerJoin(events, eq(events.eventId, deliveries.eventId))
    .where(and(eq(deliveries.deliveryId, deliveryId), eq(deliveries.webhookId, webhookId), isKept(context)));
  const { event } = found ?? noDelivery(fail, deliveryId);
  const [last] = await db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.eventId, event.eventId), eq(deliveries.webhookId, webhookId)))
    .orderBy(desc(deliveries.attempt))
    .limit(1);
  return { event, last: last ?? noDelivery(fail, deliveryId) };
}

function noDelivery(fail: Fail<"delivery_not_found">, deliveryId: string): never {
  throw fail(
    "delivery_not_found",
    `The webhook has no delivery ${deliveryId}, it is older than 7 days, or its event may not be told any more.`,
  );
}
