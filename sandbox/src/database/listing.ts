import { and, eq, sql, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import type { Position } from "../http/pages.js";
import { inOrder, isAfter, sortKeyOf, type Order } from "./keyset.js";
import { rowsOf } from "./rows.js";
import { events } from "./schema.js";

type Asking = Pick<Context, "db" | "caller">;

/** How one page of a list is selected. */
export interface Listing {
  readonly isAfter: SQL | undefined;
  readonly orderBy: SQL;
  readonly sortKey: SQL<string>;
  /** Where the next page starts, given where it would in the order alone. */
  nextOf(next: Position | undefined): Promise<Position | undefined>;
}

/**
 * Reads a list page by page so that nothing is missed while others write. In an order that nothing leaves, that is what
 * keyset paging gives. In one that changes move items in, the order is followed by what changed since the first page:
 * the subjects of the events of all transactions that it may not have seen.
 */
export async function listingOf(asking: Asking, order: Order, after: Position | undefined): Promise<Listing> {
  const { movedBy } = order;
  if (movedBy === undefined) return plain(order, after);
  const since = after?.since ?? (await oldestTransaction(asking));
  if (after?.isCatchUp === true) return catchUp(asking, order, movedBy, { ...after, since });
  return {
    ...plain(order, after),
    async nextOf(next) {
      if (next) return { ...next, since };
      // A list of one page was read at one moment.
      const isMissing = after !== undefined && (await hasChanged(asking, movedBy, since));
      return isMissing ? { key: "", id: "", since, isCatchUp: true } : undefined;
    },
  };
}

function plain(order: Order, after: Position | undefined): Listing {
  return {
    isAfter: isAfter(order, after),
    orderBy: inOrder(order),
    sortKey: sortKeyOf(order),
    nextOf: async (next) => next,
  };
}

function catchUp(
  asking: Asking,
  { id }: Order,
  family: string,
  after: Position & { readonly since: string },
): Listing {
  const changed = asking.db
    .select({ subject: events.subject })
    .from(events)
    .where(isSince(asking, family, after.since));
  return {
    isAfter: sql`${id} in ${changed} and ${id} > ${after.id}`,
    orderBy: sql`${id}`,
    sortKey: sql<string>`${id}`,
    nextOf: async (next) => next && { ...next, since: after.since, isCatchUp: true },
  };
}

async function hasChanged(asking: Asking, family: string, since: string): Promise<boolean> {
  const found = await asking.db
    .select({ eventId: events.eventId })
    .from(events)
    .where(isSince(asking, family, since))
    .limit(1);
  return found.length > 0;
}

function isSince({ caller }: Asking, family: string, since: string): SQL | undefined {
  return and(
    eq(events.workspaceId, caller.workspaceId),
    sql`${events}.xid >= ${since}::xid8`,
    sql`starts_with(${events.type}, ${`${family}.`})`,
  );
}

/** The oldest transaction whose changes a query may not see yet; all before it are through. */
export async function oldestTransaction({ db }: Pick<Asking, "db">): Promise<string> {
  const [row] = await rowsOf<{ xid: string }>(
    db,
    sql`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`,
  );
  if (!row) throw new Error("There is always a snapshot.");
  return row.xid;
}
