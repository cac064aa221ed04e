import type { Fail, Handlers, WorkspaceEvent } from "@workspace-api/server";
import { and, eq, gte, inArray, sql, type SQL } from "drizzle-orm";

import { after } from "../clock.js";
import type { Context } from "../context.js";
import { oldestTransaction } from "../database/listing.js";
import { events } from "../database/schema.js";
import { eventOf } from "../deliveries/message.js";
import { EVENTS_KEPT_MS } from "../events.js";
import type { Position } from "../http/pages.js";
import { momentOf } from "../moments.js";
import { eventsAsSeenBy, isEventVisible } from "../visibility/events.js";

/** What the feed is asked for. */
interface FeedQuery {
  readonly cursor?: string | undefined;
  readonly since?: string | undefined;
  readonly latest: boolean;
}

/** The feed of events. `sourceBase` is what their `source` begins with. */
export function eventHandlers(sourceBase: string) {
  return {
    async listEvents({ query, fail }, context) {
      const { db, caller } = context;
      // What these wrote or are about to write stands after all that is through, and comes with a later page.
      const end = await oldestTransaction(context);
      const position = startOf(context, query, end, fail);
      const since =
        query.cursor === undefined && query.since !== undefined ? momentOf(query.since) : undefined;
      const rows = await db
        .select({ event: events, xid: sql<string>`${events}.xid::text` })
        .from(events)
        .where(
          and(
            eq(events.workspaceId, caller.workspaceId),
            isBetween(position, end),
            query.type && inArray(events.type, query.type),
            since && gte(events.createdAt, since),
            isEventVisible(db, caller),
          ),
        )
        .orderBy(sql`${events}.xid`, events.position)
        .limit(query.limit + 1);
      const page = rows.slice(0, query.limit);
      const last = rows.length > query.limit ? page.at(-1) : undefined;
      const next = last && { key: last.xid, id: String(last.event.position), at: last.event.createdAt };
      const seen = await eventsAsSeenBy(
        db,
        caller,
        page.map(({ event }) => event),
      );
      const nextCursor = context.cursorOf(next);
      return {
        status: 200,
        body: {
          events: seen.map((event) => told(event, sourceBase)),
          nextCursor,
          resumeCursor: nextCursor ?? context.resumeAt({ key: end, id: "0" }),
        },
      };
    },
  } satisfies Partial<Handlers<Context>>;
}

/** An event by its type. They were written from payloads of their types, and the contract test holds all of them. */
function told(event: Parameters<typeof eventOf>[0], sourceBase: string): WorkspaceEvent {
  const whole: object = eventOf(event, sourceBase);
  return whole as WorkspaceEvent;
}

/** Where the feed starts. @throws 410 where what comes next may have been forgotten. */
function startOf(
  context: Context,
  { cursor, since, latest }: FeedQuery,
  end: string,
  fail: Fail<"invalid_cursor" | "events_expired">,
): Position {
  const horizon = after(context.now(), -EVENTS_KEPT_MS);
  if (cursor !== undefined) {
    const position = context.positionOf(cursor, fail, Number.POSITIVE_INFINITY) ?? fail("invalid_cursor");
    if (position.at !== undefined && position.at < horizon) throw fail("events_expired");
    return position;
  }
  if (latest) return { key: end, id: "0" };
  if (since !== undefined && momentOf(since) < horizon) throw fail("events_expired");
  return { key: "0", id: "0" };
}

/**
 * The events after a position, of transactions that are through. Events get their position before their transaction
 * ends, so that by their positions alone a late one would appear where the reader has been already. By their
 * transactions none does: all below the oldest that still runs are through.
 */
function isBetween({ key, id }: Position, end: string): SQL {
  return sql`(${events}.xid, ${events.position}) > (${key}::xid8, ${id}::bigint) and ${events}.xid < ${end}::xid8`;
}
