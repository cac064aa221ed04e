import { sql, type SQL, type SQLWrapper } from "drizzle-orm";
import { index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

import { moment, oneOf, texts, version } from "../columns.js";
import { users, workspaces } from "./people.js";
import { teams } from "./teams.js";
import { taxonomyLabels } from "./taxonomy.js";

/** The key of the order by deadline: what has none comes last. */
export function dueFirst(deadline: SQLWrapper): SQL {
  return sql`coalesce(${deadline}, 'infinity'::timestamptz)`;
}

/** The same, for the opposite direction. */
export function dueLast(deadline: SQLWrapper): SQL {
  return sql`coalesce(${deadline}, '-infinity'::timestamptz)`;
}

/** The key of the order of recaps: roadmap work first, then bugs, then to-dos; within each, what is due first. */
export function recapRank({ kind, scope, deadline }: Record<"kind" | "scope" | "deadline", SQLWrapper>): SQL {
  return sql`((case when ${kind} = 'bug' then 1 when ${scope} = 'day' then 2 else 0 end) * 1000000000000
    + coalesce(extract(epoch from (${deadline} - '1970-01-01 00:00:00+00'::timestamptz)), 999999999999))`;
}

/**
 * All items of work: initiatives, bugs, feature requests, ongoing work and to-dos. Two columns more are kept by triggers
 * of the database, for queries alone: `search`, the words of title and description, and `audience`, who may see the task:
 * the ids of its people and, unless it is private, of its teams, or `*` for the whole workspace.
 */
export const tasks = pgTable(
  "tasks",
  {
    taskId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    title: text().notNull(),
    description: text(),
    scope: oneOf<"initiative" | "ongoing" | "day">().notNull(),
    kind: oneOf<"task" | "bug" | "feature_request">().notNull(),
    status: oneOf<
      | "idea"
      | "open"
      | "planned"
      | "in_progress"
      | "review"
      | "blocked"
      | "completed"
      | "cancelled"
      | "merged"
    >().notNull(),
    visibility: oneOf<"team" | "private">().notNull(),
    /** The owner. */
    userId: text()
      .notNull()
      .references(() => users.userId),
    parentTaskId: text(),
    /** Since when it has this parent: the `createdAt` of its `part_of` relation, which is not stored otherwise. */
    parentSince: moment(),
    /** The document that holds the description of an initiative, once there is one. */
    documentId: text(),
    topic: text(),
    workTypes: texts(),
    deadline: moment(),
    completedAt: moment(),
    snoozedUntil: moment(),
    snoozeReason: text(),
    snoozedBy: text(),
    snoozedAt: moment(),
    triageStatus: oneOf<"pending" | "accepted" | "declined" | "duplicate">(),
    source: oneOf<"api" | "dashboard" | "assistant" | "integration">().notNull(),
    createdBy: text(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    /** Deleted tasks stay for 30 days, unseen by every operation. */
    deletedAt: moment(),
    version: version(),
  },
  (table) => [
    index().on(table.workspaceId, table.updatedAt, table.taskId),
    index().on(table.workspaceId, table.createdAt, table.taskId),
    index("tasks_due_first_index").on(table.workspaceId, dueFirst(table.deadline), table.taskId),
    index("tasks_due_last_index").on(table.workspaceId, dueLast(table.deadline), table.taskId),
    index("tasks_recap_index").on(table.workspaceId, recapRank(table), table.taskId),
    index().on(table.workspaceId, table.title, table.taskId),
    index().on(table.workspaceId, table.status, table.completedAt, table.taskId),
    index().on(table.workspaceId, table.status, table.updatedAt, table.taskId),
    index().on(table.workspaceId, table.userId, table.createdAt, table.taskId),
    index("tasks_initiatives_index")
      .on(table.workspaceId, table.createdAt, table.taskId)
      .where(sql`${table.scope} = 'initiative'`),
    index("tasks_below_index")
      .on(table.parentTaskId, table.status, table.taskId)
      .where(sql`${table.deletedAt} is null`),
    index().on(table.documentId),
  ],
);

/** What people do for a task; `position` keeps the order in which they were given. */
export const taskContributors = pgTable(
  "task_contributors",
  {
    workspaceId: text().notNull(),
    taskId: text()
      .notNull()
      .references(() => tasks.taskId, { onDelete: "cascade" }),
    userId: text()
      .notNull()
      .references(() => users.userId),
    type: oneOf<"assignee" | "owner" | "reviewer" | "reporter">().notNull(),
    position: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.taskId, table.userId, table.type] }),
    index().on(table.workspaceId, table.userId),
  ],
);

export const taskTeams = pgTable(
  "task_teams",
  {
    workspaceId: text().notNull(),
    taskId: text()
      .notNull()
      .references(() => tasks.taskId, { onDelete: "cascade" }),
    teamId: text()
      .notNull()
      .references(() => teams.teamId, { onDelete: "cascade" }),
    position: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.taskId, table.teamId] }), index().on(table.teamId)],
);

export const taskLabels = pgTable(
  "task_labels",
  {
    workspaceId: text().notNull(),
    taskId: text()
      .notNull()
      .references(() => tasks.taskId, { onDelete: "cascade" }),
    taxonomyLabelId: text()
      .notNull()
      .references(() => taxonomyLabels.taxonomyLabelId, { onDelete: "cascade" }),
    position: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.taskId, table.taxonomyLabelId] }),
    index().on(table.taxonomyLabelId),
  ],
);

/** Relations but `part_of`, which is `tasks.parentTaskId`. Read from `taskId` to `relatedTaskId`. */
export const taskRelations = pgTable(
  "task_relations",
  {
    workspaceId: text().notNull(),
    taskId: text()
      .notNull()
      .references(() => tasks.taskId, { onDelete: "cascade" }),
    type: oneOf<"blocks" | "duplicates" | "relates_to">().notNull(),
    relatedTaskId: text()
      .notNull()
      .references(() => tasks.taskId, { onDelete: "cascade" }),
    createdAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.taskId, table.type, table.relatedTaskId] }),
    index().on(table.relatedTaskId),
  ],
);
