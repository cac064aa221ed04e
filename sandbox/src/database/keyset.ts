import { sql, type SQL, type SQLWrapper } from "drizzle-orm";

import type { Position } from "../http/pages.js";

/** What a list is ordered by; ties are broken by id, in the same direction. */
export interface Order {
  readonly key: SQLWrapper;
  readonly id: SQLWrapper;
  readonly type: "timestamptz" | "text" | "numeric";
  readonly isDescending?: boolean;
  /** In an order that changes move items in: the family of the events that tell of these changes. */
  readonly movedBy?: "task" | "document" | "team" | "taxonomy";
}

/** What comes after a position; everything if there is none. */
export function isAfter(
  { key, id, type, isDescending }: Order,
  after: Position | undefined,
): SQL | undefined {
  if (!after) return undefined;
  const sign = sql.raw(isDescending ? "<" : ">");
  return sql`(${key}, ${id}) ${sign} (${after.key}::${sql.raw(type)}, ${after.id})`;
}

/** The order as an `order by` has it. */
export function inOrder({ key, id, isDescending }: Order): SQL {
  const direction = sql.raw(isDescending ? "desc" : "asc");
  return sql`${key} ${direction}, ${id} ${direction}`;
}

/** The key of a row, to be selected under the name `sortKey`. */
export function sortKeyOf({ key }: Order): SQL<string> {
  return sql<string>`(${key})::text`;
}

/** A page out of rows of which one more than fit was asked for, and where the next page starts. */
export function pageOf<Row extends { readonly sortKey: string }>(
  rows: readonly Row[],
  limit: number,
  idOf: (row: Row) => string,
): { page: Row[]; next?: Position } {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return last ? { page, next: { key: last.sortKey, id: idOf(last) } } : { page };
}

/** A page of a short list that is read as a whole, and where the next page starts. */
export function slice<Item>(
  items: readonly Item[],
  limit: number,
  after: Position | undefined,
): { page: Item[]; next?: Position } {
  const start = Number(after?.key ?? 0);
  const end = start + limit;
  const page = items.slice(start, end);
  return end < items.length ? { page, next: { key: String(end), id: "" } } : { page };
}
