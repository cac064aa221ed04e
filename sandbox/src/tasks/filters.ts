import { and, eq, exists, inArray, sql, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import type { Db } from "../database/open.js";
import { taskContributors, tasks, taskTeams } from "../database/schema.js";
import { isTaskVisible } from "../visibility/tasks.js";

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
    .where(and(eq(tasks.taskId, parentTaskId), isTaskVisible(db, caller)));
  return inArray(tasks.parentTaskId, parent);
}
