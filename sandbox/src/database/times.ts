import { and, gte, lt, type Column, type SQL } from "drizzle-orm";

import { momentOf } from "../moments.js";

/** When something was created and last changed: from `After` on, up to but without `Before`. */
export interface Times {
  readonly createdAfter?: string | undefined;
  readonly createdBefore?: string | undefined;
  readonly updatedAfter?: string | undefined;
  readonly updatedBefore?: string | undefined;
}

/** What these filters leave of a table. */
export function isIn(
  times: Times,
  table: Readonly<Record<"createdAt" | "updatedAt", Column>>,
): SQL | undefined {
  const { createdAfter, createdBefore, updatedAfter, updatedBefore } = times;
  return and(
    createdAfter === undefined ? undefined : gte(table.createdAt, momentOf(createdAfter)),
    createdBefore === undefined ? undefined : lt(table.createdAt, momentOf(createdBefore)),
    updatedAfter === undefined ? undefined : gte(table.updatedAt, momentOf(updatedAfter)),
    updatedBefore === undefined ? undefined : lt(table.updatedAt, momentOf(updatedBefore)),
  );
}
