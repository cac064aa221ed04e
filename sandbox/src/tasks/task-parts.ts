import type { TaskProgress, TaskSummary } from "@workspace-api/server";
import { sql, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import { rowsOf } from "../database/rows.js";
import {
  documents,
  recordTasks,
  records,
  taskContributors,
  taskLabels,
  taskRelations,
  tasks,
  taskTeams,
  taxonomyLabels,
  teamMembers,
} from "../database/schema.js";
import { isRecordVisible } from "../visibility/records.js";
import { isTaskVisible } from "../visibility/tasks.js";

/** What belongs to a task, from other tables than its own, as far as the caller may see it. */
export interface TaskParts extends Pick<TaskSummary, "contributors" | "teamIds" | "taxonomyLabelIds"> {
  readonly taskId: string;
  /** How much of the work below, as far as the caller may see it, is done; null where nothing counts. */
  readonly progress: Pick<TaskProgress, "done" | "total"> | null;
  readonly isParentSeen: boolean;
}

/** What the full form of a task has besides. */
export interface MoreTaskParts extends TaskParts {
  readonly labels: readonly {
    readonly taxonomyLabelId: string;
    readonly name: string;
    readonly type: string;
  }[];
  readonly links: { recordId: string; title: string; url: string }[];
  /** All but its parent. */
  readonly relations: readonly StoredRelation[];
}

/** A relation as it is stored. */
interface StoredRelation {
  readonly type: string;
  readonly relatedTaskId: string;
  /** As JSON has it, in the time zone of the database. */
  readonly createdAt: string;
}

/** Who asks, and where the answer is. */
export type Asking = Pick<Context, "db" | "caller">;

/** The parts of many tasks by one statement: a round trip for each table costs more than all of them together. */
export async function partsOf(asking: Asking, ids: readonly string[]): Promise<Map<string, TaskParts>> {
  const rows = await select<TaskParts>(asking, ids);
  return new Map(rows.map((row) => [row.taskId, row]));
}

/** All parts of one task. */
export async function allPartsOf(asking: Asking, taskId: string): Promise<MoreTaskParts> {
  return allPartsWith<MoreTaskParts>(asking, taskId, sql.empty());
}

/** What is asked of a locked task besides, before it is changed. */
export interface ChangeParts extends MoreTaskParts {
  /** Whether the caller may see the task. */
  readonly isSeen: boolean;
  readonly description: string | null;
  /** The roles that the caller has in the teams of the task; none for an API key. */
  readonly callerRoles: readonly string[];
}

/** The parts of a locked task, and whether the caller may see and change it, as they are once it is locked. */
export async function changePartsOf(asking: Asking, taskId: string): Promise<ChangeParts> {
  const { caller } = asking;
  const userId = caller.kind === "member" ? caller.userId : "";
  return allPartsWith<ChangeParts>(
    asking,
    taskId,
    sql`,
    exists(select 1 from ${tasks} where ${tasks.taskId} = task.task_id and ${isTaskVisible(caller)}) as "isSeen",
    nullif(coalesce((select own.content from ${documents} own where own.document_id = task.document_id),
      task.description), '') as "description",
    (select coalesce(json_agg(member.role), '[]') from ${teamMembers} member
      join ${taskTeams} own on own.team_id = member.team_id
      where own.task_id = task.task_id and member.user_id = ${userId}) as "callerRoles"`,
  );
}

async function allPartsWith<Row extends MoreTaskParts>(
  asking: Asking,
  taskId: string,
  besides: SQL,
): Promise<Row> {
  const { db, caller } = asking;
  const more = sql`,
    (select coalesce(json_agg(json_build_object('taxonomyLabelId', label.taxonomy_label_id, 'name', label.name,
        'type', label.type) order by own.position), '[]')
      from ${taskLabels} own join ${taxonomyLabels} label on label.taxonomy_label_id = own.taxonomy_label_id
      where own.task_id = task.task_id) as "labels",
    (select coalesce(json_agg(json_build_object(
        'recordId', ${records.recordId}, 'title', ${records.title}, 'url', ${records.url})
        order by own.created_at, ${records.recordId}), '[]')
      from ${recordTasks} own join ${records} on ${records.recordId} = own.record_id
      where own.task_id = task.task_id and ${isRecordVisible(db, caller)}) as "links",
    (select coalesce(json_agg(json_build_object('type', own.type, 'relatedTaskId', own.related_task_id,
        'createdAt', own.created_at) order by own.created_at, own.related_task_id), '[]')
      from ${taskRelations} own join ${tasks} on ${tasks.taskId} = own.related_task_id
      where own.task_id = task.task_id and ${isTaskVisible(caller)}) as "relations"
    ${besides}`;
  const [row] = await select<Row>(asking, [taskId], more);
  if (!row) throw new Error("A task that was found has parts.");
  return row;
}

function select<Row extends TaskParts>(
  { db, caller }: Asking,
  ids: readonly string[],
  more: SQL = sql.empty(),
): Promise<Row[]> {
  return rowsOf<Row>(
    db,
    sql`
    -- Without the offsets, the planner would read the whole table: it takes each level for ten times the one before.
    with recursive below(root, task_id, status, is_seen) as (
      select start.task_id, child.task_id, child.status, child.is_seen
      from ${tasks} start cross join lateral (
        select task_id, status, (${isTaskVisible(caller)}) is true as is_seen from ${tasks}
        where parent_task_id = start.task_id and deleted_at is null offset 0
      ) child where start.task_id in ${[...ids]}
      union all
      select below.root, child.task_id, child.status, child.is_seen from below cross join lateral (
        select task_id, status, (${isTaskVisible(caller)}) is true as is_seen from ${tasks}
        where parent_task_id = below.task_id and deleted_at is null offset 0
      ) child
    ),
    progress as (
      select root, json_build_object(
        'done', count(*) filter (where below.status in ('completed', 'cancelled', 'merged')), 'total', count(*)) as counts
      from below where below.status <> 'idea' and is_seen group by root
    )
    select task.task_id as "taskId", progress.counts as "progress",
      (select coalesce(json_agg(json_build_object('userId', user_id, 'type', type) order by position), '[]')
        from ${taskContributors} own where own.task_id = task.task_id) as "contributors",
      (select coalesce(json_agg(team_id order by position), '[]')
        from ${taskTeams} own where own.task_id = task.task_id) as "teamIds",
      (select coalesce(json_agg(taxonomy_label_id order by position), '[]')
        from ${taskLabels} own where own.task_id = task.task_id) as "taxonomyLabelIds",
      exists(select 1 from ${tasks}
        where ${tasks.taskId} = task.parent_task_id and ${isTaskVisible(caller)}) as "isParentSeen"
      ${more}
    from ${tasks} task left join progress on progress.root = task.task_id
    where task.task_id in ${[...ids]}`,
  );
}
