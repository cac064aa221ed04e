import { sql } from "drizzle-orm";
import { integer, text, timestamp } from "drizzle-orm/pg-core";

/** A moment, kept to the millisecond, which is what the API tells. */
export function moment(name?: string) {
  return timestamp(name ?? "", { precision: 3, withTimezone: true, mode: "date" });
}

/** A value of an open enumeration: the known values are named, others may be stored. */
export function oneOf<Value extends string>() {
  return text().$type<Value | (string & {})>();
}

/** A list of short texts that belongs to its row alone. */
export function texts() {
  return text()
    .array()
    .notNull()
    .default(sql`'{}'::text[]`);
}

/** Counts the changes of a row; begins at 1. */
export function version() {
  return integer().notNull().default(1);
}
