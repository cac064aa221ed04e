import { sql } from "drizzle-orm";
import { boolean, index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";

import { moment, oneOf, version } from "../columns.js";
import { workspaces } from "./people.js";

export const taxonomyLabels = pgTable(
  "taxonomy_labels",
  {
    taxonomyLabelId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    type: oneOf<
      "goal" | "company" | "product" | "release" | "component" | "skill" | "coding_tool" | "agent"
    >().notNull(),
    name: text().notNull(),
    description: text(),
    color: text(),
    parentLabelId: text(),
    archived: boolean().notNull().default(false),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    version: version(),
  },
  (table) => [
    uniqueIndex("taxonomy_labels_name_index").on(table.workspaceId, table.type, sql`lower(${table.name})`),
    index().on(table.parentLabelId),
  ],
);
