import type { TaskSummary } from "@workspace-api/server";
import { and, eq, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import { pageOf, type Order } from "../database/keyset.js";
import { listingOf } from "../database/listing.js";
import { documents, tasks } from "../database/schema.js";
import { dueFirst, dueLast } from "../database/tables/tasks.js";
import type { Position } from "../http/pages.js";
import { summariesOf, taskColumns } from "./task-view.js";
import { isTaskVisible } from "../visibility/tasks.js";

/** The order that a `sort` parameter names; tasks without a deadline come last either way. */
export function orderOf(sort: string): Order {
  const isDescending = sort.startsWith("-");
  const id = tasks.taskId;
  if (sort.endsWith("createdAt")) return { key: tasks.createdAt, id, type: "timestamptz", isDescending };
  const moved = { id, isDescending, movedBy: "task" } as const;
  if (sort.endsWith("title")) return { ...moved, key: tasks.title, type: "text" };
  if (sort.endsWith("updatedAt")) return { ...moved, key: tasks.updatedAt, type: "timestamptz" };
  return { ...moved, key: (isDescending ? dueLast : dueFirst)(tasks.deadline), type: "timestamptz" };
}

/** Which tasks, in which order, from where. */
interface TaskQuery {
  readonly where?: SQL | undefined;
  readonly order: Order;
  readonly limit: number;
  /** The last task of the page before. */
  readonly after?: Position | undefined;
}

/** One page of the tasks that the caller may see, and where the next one starts if there is one. */
export async function pageOfSummaries(
  context: Context,
  { where, order, limit, after }: TaskQuery,
  includeAncestors = false,
): Promise<{ items: TaskSummary[]; next?: Position }> {
  const { db, caller } = context;
  const listing = await listingOf(context, order, after);
  const rows = await db
    .select({ ...taskColumns, sortKey: listing.sortKey })
    .from(tasks)
    .leftJoin(documents, eq(documents.documentId, tasks.documentId))
    .where(and(isTaskVisible(caller), where, listing.isAfter))
    .orderBy(listing.orderBy)
    .limit(limit + 1);
  const { page, next: last } = pageOf(rows, limit, ({ taskId }) => taskId);
  const next = await listing.nextOf(last);
  const items = await summariesOf(context, page, context.now(), includeAncestors);
  return next ? { items, next } : { items };
}
