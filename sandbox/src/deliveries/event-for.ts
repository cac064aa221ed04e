import { and, eq } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { events, type webhooks } from "../database/schema.js";
import { eventsAsSeenBy, isEventVisible } from "../visibility/events.js";
import { viewerOf } from "../visibility/viewers.js";

type EventRow = typeof events.$inferSelect;

/**
 * An event as a webhook may tell it at this moment: what the member whose view it has may see. Undefined when that is
 * nothing. A test tells nothing of the workspace.
 */
export async function eventFor(
  db: Db,
  webhook: typeof webhooks.$inferSelect,
  event: EventRow,
): Promise<EventRow | undefined> {
  if (event.type === "webhook.test") return event;
  const viewer = await viewerOf(db, webhook);
  if (viewer === undefined) return undefined;
  const seen = await db
    .select()
    .from(events)
    .where(and(eq(events.eventId, event.eventId), isEventVisible(db, viewer)));
  const [told] = await eventsAsSeenBy(db, viewer, seen);
  return told;
}
