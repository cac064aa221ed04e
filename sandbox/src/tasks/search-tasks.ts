import type { TaskSearchResult } from "@workspace-api/server";
import { and, desc, eq, or, sql, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import { documents, tasks } from "../database/schema.js";
import { excerptOf } from "./excerpt.js";
import { description } from "./task-view.js";
import { isVisibleTo } from "./visibility.js";

const isBug = sql`${tasks.kind} = 'bug'`;
const isInitiative = sql`${tasks.scope} = 'initiative'`;
const isDay = sql`${tasks.scope} = 'day'`;
const isPending = sql`${tasks.triageStatus} = 'pending'`;
const isInReview = sql`${tasks.status} = 'review'`;

/** What the categories hold; the first that fits is the one that a result names. */
const CATEGORIES: readonly [name: string, condition: SQL][] = [
  ["triage-bug", sql`${isPending} and ${isBug}`],
  ["triage-initiative", sql`${isPending} and ${isInitiative}`],
  ["triage-item", isPending],
  ["review-bug", sql`${isInReview} and ${isBug}`],
  ["review-initiative", sql`${isInReview} and ${isInitiative}`],
  ["review-item", sql`${isInReview} and not ${isDay}`],
  ["bug", isBug],
  ["initiative", isInitiative],
  ["day-task", isDay],
  ["ongoing", sql`true`],
];

/** Finds tasks in which every word occurs, whole or as a beginning, best first. */
export async function searchTasks(
  { db, caller }: Context,
  query: string,
  categories: readonly string[],
  limit: number,
): Promise<TaskSearchResult[]> {
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return [];
  const wanted = sql`to_tsquery('simple', ${words.map((word) => `${word}:*`).join(" & ")})`;
  const title = sql`to_tsvector('simple', ${tasks.title})`;
  const body = sql`to_tsvector('simple', coalesce(${description}, ''))`;
  const all = sql`setweight(${title}, 'A') || ${body}`;
  // 32: the rank as a share of itself plus one, so that it stays below 1.
  const score = sql<number>`ts_rank(${all}, ${wanted}, 32)::float8`;
  const branches = CATEGORIES.map(([name, condition]) => sql`when ${condition} then ${name}::text`);
  const category = sql<string>`case ${sql.join(branches, sql` `)} end`;
  const found = await db
    .select({
      taskId: tasks.taskId,
      title: tasks.title,
      status: tasks.status,
      userId: tasks.userId,
      updatedAt: tasks.updatedAt,
      category,
      score,
      best: sql<string | null>`case when to_tsvector('simple', coalesce(${description}, '')) @@ ${wanted}
        then ts_headline('simple', ${description}, ${wanted}, 'StartSel="", StopSel="", MaxWords=30, MinWords=10') end`,
    })
    .from(tasks)
    .leftJoin(documents, eq(documents.documentId, tasks.documentId))
    .where(
      and(isVisibleTo(db, caller), sql`${all} @@ ${wanted}`, or(...categories.map((name) => holds(name)))),
    )
    .orderBy(desc(score), desc(tasks.updatedAt), tasks.taskId)
    .limit(limit);
  return found.map(({ best, updatedAt, ...result }) => ({
    ...result,
    excerpt: excerptOf(best),
    updatedAt: updatedAt.toISOString(),
  }));
}

/** A category that is asked for holds what fits it, whatever other category that would be in too. */
function holds(category: string): SQL {
  const exact: Record<string, SQL> = {
    ongoing: sql`(${tasks.scope} = 'ongoing' and not ${isBug})`,
    "triage-item": sql`(${isPending} and not ${isBug} and not ${isInitiative})`,
    "review-item": sql`(${isInReview} and ${tasks.scope} = 'ongoing' and not ${isBug})`,
  };
  return exact[category] ?? CATEGORIES.find(([name]) => name === category)?.[1] ?? sql`false`;
}
