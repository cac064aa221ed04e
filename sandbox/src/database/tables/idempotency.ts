import { index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

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
    /** Null while the request runs outside of a transaction. */
    status: integer(),
    /** The headers and the body of the answer, which only the credential opens. */
    sealed: text(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.credential, table.key] }), index().on(table.expiresAt)],
);
