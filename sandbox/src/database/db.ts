import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

import type * as schema from "./schema.js";

/** What queries are made with: the database itself, or a transaction on it. The same type for both drivers. */
export type Db = PgDatabase<PgQueryResultHKT, typeof schema>;
