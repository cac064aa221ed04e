import { and, eq, exists, inArray, sql, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import type { Db } from "../database/open.js";
import { taskContributors, taskLabels, tasks, taskTeams } from "../database/schema.js";
import { dueFirst, dueLast } from "../database/tables/tasks.js";
import { isIn, type Times } from "../database/times.js";
import { momentOf } from "../moments.js";
import { isTaskVisible } from "../visibility/tasks.js";

/** The filters that all lists of tasks share. */
export interface TaskFilters extends Times {
  readonly status?: readonly string[] | undefined;
  readonly teamId?: readonly string[] | undefined;
  readonly assigneeId?: readonly string[] | undefined;
  readonly ownerId?: readonly string[] | undefined;
  readonly taxonomyLabelId?: readonly string[] | undefined;
  readonly triageStatus?: readonly string[] | undefined;
  readonly deadlineAfter?: string | undefined;
  readonly deadlineBefore?: string | undefined;
}

/** What these filters leave. */
export function filterOf({ db }: Pick<Context, "db">, query: TaskFilters): SQL | undefined {
  const { deadlineAfter, deadlineBefore } = query;
  return and(
    query.status && inArray(tasks.status, [...query.status]),
    query.teamId && isOfTeams(db, query.teamId),
    query.assigneeId && isAssignedTo(db, query.assigneeId),
    query.ownerId && inArray(tasks.userId, [...query.ownerId]),
    query.taxonomyLabelId && isLabelled(db, query.taxonomyLabelId),
    query.triageStatus && inArray(tasks.triageStatus, [...query.triageStatus]),
    // The keys of the order by deadline, which have indexes; what has no deadline is at the far end of either.
    deadlineAfter === undefined
      ? undefined
      : sql`${dueLast(tasks.deadline)} >= ${sql.param(momentOf(deadlineAfter), tasks.deadline)}`,
    deadlineBefore === undefined
      ? undefined
      : sql`${dueFirst(tasks.deadline)} < ${sql.param(momentOf(deadlineBefore), tasks.deadline)}`,
    isIn(query, tasks),
  );
}

/** The tasks that carry one of these labels. */
function isLabelled(db: Db, labelIds: readonly string[]): SQL {
  return exists(
    db
      .select({ one: sql`1` })
      .from(taskLabels)
      .where(and(eq(taskLabels.taskId, tasks.taskId), inArray(taskLabels.taxonomyLabelId, [...labelIds]))),
  );
}

/** The tasks that one of these people is assigned to. */
export function isAssignedTo(db: Db, userIds: readonly string[]): SQL {
  return exists(
    db
      .select({ one: sql`1` })
      .from(taskContributors)
      .where(
        and(
          eq(taskContributors.taskId, tasks.taskId),
          eq(taskContributors.type, "assignee"),
          inArray(taskContributors.userId, [...userIds]),
        ),
      ),
  );
}

/** The tasks that belong to one of these teams. */
export function isOfTeams(db: Db, teamIds: readonly string[]): SQL {
  return exists(
    db
      .select({ one: sql`1` })
      .from(taskTeams)
      .where(and(eq(taskTeams.taskId, tasks.taskId), inArray(taskTeams.teamId, [...teamIds]))),
  );
}

/** The tasks directly below a task: none when the caller may not see that one. */
export function isChildOf(
  { db, caller }: Pick<Context, "db" | "caller">,
  parentTaskId: string,
): SQL | undefined {
  const parent = db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(and(eq(tasks.taskId, parentTaskId), isTaskVisible(caller)));
  return inArray(tasks.parentTaskId, parent);
}
