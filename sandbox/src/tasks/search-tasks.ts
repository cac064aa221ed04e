import type { TaskSearchResult } from "@workspace-api/server";
import { and, desc, eq, inArray, or, sql, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import { documents, tasks } from "../database/schema.js";
import type { Position } from "../http/pages.js";
import { excerptOf } from "./excerpt.js";
import { description } from "./task-view.js";
import { isTaskVisible } from "../visibility/tasks.js";

const isBug = sql`${tasks.kind} = 'bug'`;
const isInitiative = sql`${tasks.scope} = 'initiative'`;
const isDay = sql`${tasks.scope} = 'day'`;
const isItem = sql`(${tasks.scope} = 'ongoing' and ${tasks.kind} <> 'bug')`;
const isPending = sql`${tasks.triageStatus} = 'pending'`;
const isInReview = sql`${tasks.status} = 'review'`;

/** What the categories hold. A task is told to be in the first that was asked for and fits. */
const CATEGORIES: readonly [name: string, condition: SQL][] = [
  ["triage-bug", sql`(${isPending} and ${isBug})`],
  ["triage-initiative", sql`(${isPending} and ${isInitiative})`],
  ["triage-item", sql`(${isPending} and ${isItem})`],
  ["review-bug", sql`(${isInReview} and ${isBug})`],
  ["review-initiative", sql`(${isInReview} and ${isInitiative})`],
  ["review-item", sql`(${isInReview} and ${isItem})`],
  ["bug", isBug],
  ["initiative", isInitiative],
  ["day-task", isDay],
  ["ongoing", isItem],
];

/** So many tasks are ranked, of all that match; a word that stands everywhere says little about any of them. */
const MOST_RANKED = 1000;

/** Finds tasks in which every word occurs, whole or as a beginning, best first. */
export async function searchTasks(
  { db, caller }: Context,
  query: string,
  categories: readonly string[],
  limit: number,
  after: Position | undefined,
): Promise<{ results: TaskSearchResult[]; next?: Position }> {
  const words = query.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  if (words.length === 0) return { results: [] };
  const wanted = sql`to_tsquery('simple', ${words.map((word) => `${word}:*`).join(" & ")})`;
  // 32: the rank as a share of itself plus one, so that it stays below 1.
  const score = sql<number>`ts_rank(${tasks}.search, ${wanted}, 32)::float8`;
  const meant = CATEGORIES.filter(([name]) => categories.includes(name));
  const branches = meant.map(([name, condition]) => sql`when ${condition} then ${name}::text`);
  const category = sql<string>`case ${sql.join(branches, sql` `)} end`;
  const matching = db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(
      and(
        isTaskVisible(caller),
        sql`${tasks}.search @@ ${wanted}`,
        or(...meant.map(([, condition]) => condition)),
      ),
    )
    .orderBy(desc(tasks.createdAt), desc(tasks.taskId))
    .limit(MOST_RANKED);
  const start = Number(after?.key ?? 0);
  const found = await db
    .select({
      taskId: tasks.taskId,
      title: tasks.title,
      status: tasks.status,
      userId: tasks.userId,
      updatedAt: tasks.updatedAt,
      category,
      score,
      best: sql<string | null>`case when sandbox_words(coalesce(${description}, '')) @@ ${wanted}
        then ts_headline('simple', ${description}, ${wanted}, 'StartSel="", StopSel="", MaxWords=30, MinWords=10') end`,
    })
    .from(tasks)
    .leftJoin(documents, eq(documents.documentId, tasks.documentId))
    .where(inArray(tasks.taskId, matching))
    .orderBy(desc(score), desc(tasks.createdAt), desc(tasks.taskId))
    .limit(limit + 1)
    .offset(start);
  const results = found.slice(0, limit).map(({ best, updatedAt, ...result }) => ({
    ...result,
    excerpt: excerptOf(best),
    updatedAt: updatedAt.toISOString(),
  }));
  return found.length > limit ? { results, next: { key: String(start + limit), id: "" } } : { results };
}
