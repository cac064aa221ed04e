import type { Fail, Recap, TaskSummary } from "@workspace-api/server";
import { and, eq, gte, inArray, isNull, lt, lte, or, sql, type SQL } from "drizzle-orm";

import { after, DAY } from "../clock.js";
import type { Context } from "../context.js";
import type { Order } from "../database/keyset.js";
import { tasks } from "../database/schema.js";
import { recapRank } from "../database/tables/tasks.js";
import { momentOf, nearest } from "../moments.js";
import { ancestorsOf } from "./hierarchy.js";
import { pageOfSummaries } from "./list-tasks.js";
import { selectTasks, summariesOf } from "./task-view.js";
import { isOwnOf, isTaskVisible } from "../visibility/tasks.js";
import { visibleTeams } from "../visibility/teams.js";
import { isAssignedTo, isOfTeams } from "./filters.js";

const LONGEST_DAYS = 92;
/** A recap is an overview, and small; the work views list all there is. */
const MOST_IN_PART = 50;

/** A span of time, from `start` up to but without `end`. */
export interface Period {
  readonly start: Date;
  readonly end: Date;
}

/** The period that a request names: seven days up to now unless told. */
export function periodOf(
  { startDate, endDate }: { readonly startDate?: string | undefined; readonly endDate?: string | undefined },
  now: Date,
  fail: Fail<"invalid_parameter">,
): Period {
  const end = endDate === undefined ? now : momentOf(endDate);
  const start = startDate === undefined ? nearest(after(end, -7 * DAY)) : momentOf(startDate);
  const length = end.getTime() - start.getTime();
  const refuse = (message: string): never => {
    const errors = [{ pointer: "/query/startDate", code: "not_allowed", message }];
    throw fail("invalid_parameter", message, { errors });
  };
  if (length <= 0) return refuse("`startDate` must be earlier than `endDate`.");
  if (length > LONGEST_DAYS * DAY) return refuse(`The period may be at most ${LONGEST_DAYS} days long.`);
  return { start, end };
}

/** Roadmap work first, then bugs, then to-dos; within each, what is due first. */
export const RECAP_ORDER: Order = {
  id: tasks.taskId,
  key: recapRank(tasks),
  type: "numeric",
  isDescending: false,
};

/** The same, of a list that is read page by page. */
export const PLANNED_ORDER: Order = { ...RECAP_ORDER, movedBy: "task" };

export const COMPLETED_ORDER: Order = {
  id: tasks.taskId,
  key: sql`${tasks.completedAt}`,
  type: "timestamptz",
  movedBy: "task",
  isDescending: true,
};

export const LONGEST_UNCHANGED: Order = {
  id: tasks.taskId,
  key: sql`${tasks.updatedAt}`,
  type: "timestamptz",
  movedBy: "task",
  isDescending: false,
};

/** Work that is planned, in progress or in review, and not put aside. */
export function isPlanned(at: Date): SQL | undefined {
  return and(
    inArray(tasks.status, ["planned", "in_progress", "review"]),
    or(isNull(tasks.snoozedUntil), lte(tasks.snoozedUntil, at)),
  );
}

export const isBlocked: SQL = eq(tasks.status, "blocked");

export function isCompletedIn({ start, end }: Period): SQL | undefined {
  return and(eq(tasks.status, "completed"), gte(tasks.completedAt, start), lt(tasks.completedAt, end));
}

/** What the filters of the work views leave. */
export function workFilter(
  { db, caller }: Context,
  query: {
    readonly teamId?: string | undefined;
    readonly userId?: string | undefined;
    readonly includeInitiatives: boolean;
  },
  fail: Fail<"invalid_parameter">,
): SQL | undefined {
  const { teamId, userId, includeInitiatives } = query;
  if (userId !== undefined && teamId === undefined) {
    const message = "`userId` needs `teamId`.";
    throw fail("invalid_parameter", message, {
      errors: [{ pointer: "/query/userId", code: "not_allowed", message }],
    });
  }
  const isSeen = teamId && sql`${teamId} in ${visibleTeams(db, caller)}`;
  return and(
    includeInitiatives ? undefined : sql`${tasks.scope} <> 'initiative'`,
    teamId === undefined ? undefined : and(isOfTeams(db, [teamId]), isSeen || undefined),
    userId === undefined ? undefined : or(eq(tasks.userId, userId), isAssignedTo(db, [userId])),
  );
}

/** What happened and what comes, for a person (their own work) or a team. */
export async function recapOf(
  context: Context,
  about: { readonly userId: string } | { readonly teamId: string },
  period: Period,
  includeInitiatives: boolean,
): Promise<Recap> {
  const { db } = context;
  const whose = "userId" in about ? isOwnOf(about.userId) : isOfTeams(db, [about.teamId]);
  const scope = sql`${tasks.scope} <> 'initiative'`;
  const part = async (what: SQL | undefined): Promise<TaskSummary[]> =>
    (
      await pageOfSummaries(context, {
        where: and(whose, scope, what),
        order: RECAP_ORDER,
        limit: MOST_IN_PART,
      })
    ).items;
  const completed = await part(isCompletedIn(period));
  const planned = await part(isPlanned(period.end));
  const blocked = await part(isBlocked);
  const work = [...completed, ...planned, ...blocked];
  return {
    startDate: period.start.toISOString(),
    endDate: period.end.toISOString(),
    completed,
    planned,
    blocked,
    initiatives: includeInitiatives ? await initiativesAbove(context, work) : [],
  };
}

/** The initiatives that work is part of, as far as the caller may see them. */
async function initiativesAbove(context: Context, work: readonly TaskSummary[]): Promise<TaskSummary[]> {
  const { db, caller } = context;
  if (work.length === 0) return [];
  const chains = await ancestorsOf(
    db,
    work.map(({ taskId }) => taskId),
  );
  const ids = [...new Set([...chains.values()].flat().map(({ taskId }) => taskId))];
  if (ids.length === 0) return [];
  const rows = await selectTasks(db)
    .where(and(inArray(tasks.taskId, ids), eq(tasks.scope, "initiative"), isTaskVisible(caller)))
    .orderBy(tasks.title, tasks.taskId)
    .limit(MOST_IN_PART);
  return summariesOf(context, rows, context.now());
}
