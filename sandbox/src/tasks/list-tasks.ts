import type { TaskSummary } from "@workspace-api/server";
import { and, eq, sql, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { documents, tasks } from "../database/schema.js";
import type { Position } from "../http/pages.js";
import { summariesOf, taskColumns } from "./task-view.js";
import { isTaskVisible } from "../visibility/tasks.js";

/** The order that a `sort` parameter names; tasks without a deadline come last either way. */
export function orderOf(sort: string): Order {
  const isDescending = sort.startsWith("-");
  const id = tasks.taskId;
  if (sort.endsWith("title")) return { key: tasks.title, id, type: "text", isDescending };
  if (sort.endsWith("createdAt")) return { key: tasks.createdAt, id, type: "timestamptz", isDescending };
  if (!sort.endsWith("deadline")) return { key: tasks.updatedAt, id, type: "timestamptz", isDescending };
  const last = sql.raw(isDescending ? "'-infinity'" : "'infinity'");
  const key = sql`coalesce(${tasks.deadline}, ${last}::timestamptz)`;
  return { key, id, type: "timestamptz", isDescending };
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
  const rows = await db
    .select({ ...taskColumns, sortKey: sortKeyOf(order) })
    .from(tasks)
    .leftJoin(documents, eq(documents.documentId, tasks.documentId))
    .where(and(isTaskVisible(db, caller), where, isAfter(order, after)))
    .orderBy(inOrder(order))
    .limit(limit + 1);
  const { page, next } = pageOf(rows, limit, ({ taskId }) => taskId);
  const items = await summariesOf(context, page, context.now(), includeAncestors);
  return next ? { items, next } : { items };
}
