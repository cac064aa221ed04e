import { asc, count, desc, eq, isNull, lte, min } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { deliveries, deliveryJobs, events, webhooks } from "../database/schema.js";

const SHOWN = 20;

/** What the status page tells of webhooks. */
export async function deliveryFacts(db: Db, now: Date) {
  const [undispatched] = await db.select({ count: count() }).from(events).where(isNull(events.dispatchedAt));
  const [jobs] = await db.select({ count: count(), next: min(deliveryJobs.runAt) }).from(deliveryJobs);
  const [due] = await db.select({ count: count() }).from(deliveryJobs).where(lte(deliveryJobs.runAt, now));
  return {
    undispatched: undispatched?.count ?? 0,
    waiting: jobs?.count ?? 0,
    due: due?.count ?? 0,
    next: jobs?.next ?? null,
    webhooks: await db.select().from(webhooks).orderBy(asc(webhooks.workspaceId), asc(webhooks.createdAt)),
    deliveries: await db
      .select({ delivery: deliveries, url: webhooks.url })
      .from(deliveries)
      .innerJoin(webhooks, eq(webhooks.webhookId, deliveries.webhookId))
      .orderBy(desc(deliveries.attemptedAt), desc(deliveries.deliveryId))
      .limit(SHOWN),
  };
}
