import type { SQL } from "drizzle-orm";

import type { Db } from "./open.js";

/** Runs a query that is written by hand; both drivers give its rows under `rows`. */
export async function rowsOf<Row extends object>(db: Db, query: SQL): Promise<Row[]> {
  const result = (await db.execute(query)) as { readonly rows: Row[] };
  return result.rows;
}
