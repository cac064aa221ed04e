import { index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";

import { moment, oneOf } from "../columns.js";
import { workspaces } from "./people.js";
import { tasks } from "./tasks.js";
import { teams } from "./teams.js";

/** What connected tools brought in. */
export const records = pgTable(
  "records",
  {
    recordId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    kind: oneOf<"issue" | "pull_request" | "meeting" | "summary">().notNull(),
    provider: text().notNull(),
    externalId: text().notNull(),
    url: text().notNull(),
    title: text().notNull(),
    state: text(),
    /** The team that alone may see it; null when the whole workspace may. */
    teamId: text().references(() => teams.teamId, { onDelete: "set null" }),
    occurredAt: moment().notNull(),
    syncedAt: moment().notNull(),
  },
  (table) => [
    uniqueIndex().on(table.workspaceId, table.provider, table.externalId),
    index().on(table.workspaceId, table.occurredAt, table.recordId),
  ],
);

/** The links of records to tasks. */
export const recordTasks = pgTable(
  "record_tasks",
  {
    workspaceId: text().notNull(),
    recordId: text()
      .notNull()
      .references(() => records.recordId, { onDelete: "cascade" }),
    taskId: text()
      .notNull()
      .references(() => tasks.taskId, { onDelete: "cascade" }),
    createdAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.recordId, table.taskId] }), index().on(table.taskId)],
);
