import type { TaskReference } from "@workspace-api/server";
import { sql, type SQL } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { rowsOf } from "../database/rows.js";
import { tasks } from "../database/schema.js";

/** The levels that a hierarchy of tasks may have. */
export const DEEPEST = 10;

/** The chain of parents of each task, topmost first; only those that fit the condition, which is put to `tasks`. */
export async function ancestorsOf(
  db: Db,
  ids: readonly string[],
  isMeant: SQL = sql`true`,
): Promise<Map<string, TaskReference[]>> {
  const rows = await rowsOf<{ of: string; task_id: string; title: string; status: string }>(
    db,
    sql`
    with recursive above(of, level, task_id, parent_task_id, title, status) as (
      select start.task_id, 1, parent.task_id, parent.parent_task_id, parent.title, parent.status
      from ${tasks} start join ${tasks} parent on parent.task_id = start.parent_task_id
      where start.task_id in ${[...ids]} and parent.deleted_at is null
      union all
      select above.of, above.level + 1, parent.task_id, parent.parent_task_id, parent.title, parent.status
      from above cross join lateral (
        select * from ${tasks} where task_id = above.parent_task_id and deleted_at is null offset 0
      ) parent
    )
    select above.of, above.task_id, above.title, above.status
    from above join ${tasks} on ${tasks.taskId} = above.task_id
    where ${isMeant} order by above.of, above.level desc`,
  );
  const chains = new Map<string, TaskReference[]>();
  for (const { of, task_id: taskId, title, status } of rows)
    chains.set(of, [...(chains.get(of) ?? []), { taskId, title, status }]);
  return chains;
}

/** How many levels there are from a task down to the deepest below it, itself included. */
async function heightOf(db: Db, taskId: string): Promise<number> {
  const rows = await rowsOf<{ height: number }>(
    db,
    sql`
    with recursive below(task_id, level) as (
      select ${taskId}::text, 1
      union all
      select child.task_id, below.level + 1 from below cross join lateral (
        select task_id from ${tasks} where parent_task_id = below.task_id and deleted_at is null offset 0
      ) child
    )
    select max(level)::int as height from below`,
  );
  return rows[0]?.height ?? 1;
}

/** What stands against a task getting this parent: undefined if nothing does. */
export async function hierarchyFault(
  db: Db,
  taskId: string | undefined,
  parentTaskId: string,
): Promise<"hierarchy_cycle" | "hierarchy_too_deep" | undefined> {
  const above = (await ancestorsOf(db, [parentTaskId])).get(parentTaskId) ?? [];
  const chain = [parentTaskId, ...above.map((reference) => reference.taskId)];
  if (taskId !== undefined && chain.includes(taskId)) return "hierarchy_cycle";
  const height = taskId === undefined ? 1 : await heightOf(db, taskId);
  return chain.length + height > DEEPEST ? "hierarchy_too_deep" : undefined;
}
