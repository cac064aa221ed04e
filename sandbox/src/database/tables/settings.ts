import { pgTable, text } from "drizzle-orm/pg-core";

/** What all instances on one database share, such as the key that cursors are signed with. */
export const settings = pgTable("settings", {
  name: text().primaryKey(),
  value: text().notNull(),
});
