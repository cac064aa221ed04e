import { index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

import { moment } from "../columns.js";

/** First answers to requests with an idempotency key, kept for 24 hours. */
export const idempotencyRecords = pgTable(
  "idempotency_records",
  {
    /** The id of the API key, or of the member's grant. */
    credential: text().notNull(),
    key: text().notNull(),
    /** A hash of the method, the path, the query and the body. */
    fingerprint: text().notNull(),
    status: integer().notNull(),
    headers: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    body: text(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.credential, table.key] }), index().on(table.expiresAt)],
);
