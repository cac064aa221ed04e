import { index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";

import { moment, oneOf, version } from "../columns.js";

export const workspaces = pgTable("workspaces", {
  workspaceId: text().primaryKey(),
  name: text().notNull(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
  version: version(),
});

/** People. A person may belong to many workspaces, so this row belongs to none. */
export const users = pgTable(
  "users",
  {
    userId: text().primaryKey(),
    /** Null once the person was deleted; what they did keeps their id. */
    name: text(),
    email: text(),
    avatarUrl: text(),
    /** What `current` means with a token of this person. */
    defaultWorkspaceId: text().references(() => workspaces.workspaceId),
    createdAt: moment().notNull(),
  },
  (table) => [uniqueIndex().on(table.email)],
);

/** Who belongs to which workspace, and as what. Rows of removed members stay. */
export const memberships = pgTable(
  "memberships",
  {
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    userId: text()
      .notNull()
      .references(() => users.userId),
    role: text({ enum: ["owner", "admin", "member"] }).notNull(),
    status: oneOf<"active" | "invited" | "removed">().notNull(),
    timezone: text().notNull().default("UTC"),
    joinedAt: moment().notNull(),
    updatedAt: moment().notNull(),
    version: version(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.userId] }), index().on(table.userId)],
);
