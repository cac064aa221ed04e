import { DAY } from "./clock.js";
import type { NewEvent } from "./context.js";
import type { Db } from "./database/open.js";
import { events } from "./database/schema.js";

/** So long are events kept for the feed. */
export const EVENTS_KEPT_MS = 30 * DAY;

/** Who did what nobody did. */
export const SYSTEM = { type: "system", id: "system" };

/** What an event is written down with. */
export interface EventFacts {
  readonly eventId: string;
  readonly workspaceId: string;
  /** Who did it; nobody that can be named, unless given. */
  readonly actor?: { readonly type: string; readonly id: string } | undefined;
  readonly at: Date;
}

/** Writes an event down, for the deliveries to send once the transaction is through. */
export async function recordEvent(
  db: Db,
  { type, subject, data, audience }: NewEvent,
  { eventId, workspaceId, actor, at }: EventFacts,
): Promise<void> {
  await db.insert(events).values({
    eventId,
    workspaceId,
    type,
    subject,
    data: { ...data, ...(actor && { actor }) },
    createdAt: at,
    ...audience,
  });
}
