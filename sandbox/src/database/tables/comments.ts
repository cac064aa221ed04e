import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

import { moment, version } from "../columns.js";
import { users } from "./people.js";
import { tasks } from "./tasks.js";

export const comments = pgTable(
  "comments",
  {
    commentId: text().primaryKey(),
    workspaceId: text().notNull(),
    taskId: text()
      .notNull()
      .references(() => tasks.taskId, { onDelete: "cascade" }),
    /** The author; null when an API key wrote it. */
    userId: text(),
    content: text().notNull(),
    source: text(),
    parentCommentId: text(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    editedAt: moment(),
    version: version(),
  },
  (table) => [
    index().on(table.taskId, table.createdAt, table.commentId),
    index().on(table.parentCommentId),
    index().on(table.workspaceId, table.createdAt, table.commentId),
  ],
);

export const commentReactions = pgTable(
  "comment_reactions",
  {
    workspaceId: text().notNull(),
    commentId: text()
      .notNull()
      .references(() => comments.commentId, { onDelete: "cascade" }),
    userId: text()
      .notNull()
      .references(() => users.userId),
    emoji: text().notNull(),
    createdAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.commentId, table.emoji, table.userId] })],
);
