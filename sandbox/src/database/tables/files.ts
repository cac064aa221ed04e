import { bigint, index, pgTable, text } from "drizzle-orm/pg-core";

import { moment, oneOf } from "../columns.js";
import { workspaces } from "./people.js";

/** What is known of a file; its bytes are in the file store under its id. */
export const files = pgTable(
  "files",
  {
    fileId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    name: text().notNull(),
    mediaType: text().notNull(),
    size: bigint({ mode: "number" }).notNull(),
    sha256: text().notNull(),
    status: oneOf<"pending" | "ready" | "failed">().notNull(),
    createdBy: text(),
    createdAt: moment().notNull(),
    /** Until when the bytes are taken. */
    uploadExpiresAt: moment().notNull(),
    uploadedAt: moment(),
    /** When it was deleted, until its bytes are gone too. */
    deletedAt: moment(),
  },
  (table) => [index().on(table.workspaceId, table.createdAt)],
);
