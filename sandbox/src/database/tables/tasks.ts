import { index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

import { moment, oneOf, texts, version } from "../columns.js";
import { users, workspaces } from "./people.js";
import { teams } from "./teams.js";
import { taxonomyLabels } from "./taxonomy.js";

/** All items of work: initiatives, bugs, feature requests, ongoing work and to-dos. */
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
    index().on(table.workspaceId, table.deadline, table.taskId),
    index().on(table.workspaceId, table.title, table.taskId),
    index().on(table.workspaceId, table.status, table.completedAt),
    index().on(table.workspaceId, table.userId),
    index().on(table.parentTaskId),
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
