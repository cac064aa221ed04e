import { index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

import { moment, oneOf, version } from "../columns.js";
import { workspaces } from "./people.js";
import { tasks } from "./tasks.js";

export const documents = pgTable(
  "documents",
  {
    documentId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    title: text().notNull(),
    type: oneOf<"requirement" | "task">().notNull(),
    status: oneOf<"draft" | "completed">().notNull(),
    content: text().notNull(),
    createdBy: text(),
    updatedBy: text(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    version: version(),
  },
  (table) => [
    index().on(table.workspaceId, table.updatedAt, table.documentId),
    index().on(table.workspaceId, table.createdAt, table.documentId),
    index().on(table.workspaceId, table.title, table.documentId),
  ],
);

export const documentTasks = pgTable(
  "document_tasks",
  {
    workspaceId: text().notNull(),
    documentId: text()
      .notNull()
      .references(() => documents.documentId, { onDelete: "cascade" }),
    taskId: text()
      .notNull()
      .references(() => tasks.taskId, { onDelete: "cascade" }),
    position: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.documentId, table.taskId] }), index().on(table.taskId)],
);
