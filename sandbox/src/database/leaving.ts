import { NodePgSession } from "drizzle-orm/node-postgres";
import { PgDatabase, PgDialect } from "drizzle-orm/pg-core";
import { Pool, type PoolClient } from "pg";

import type { Db } from "./db.js";

/** A signal that is made when it is asked for, since most queries end long before it would matter. */
export type Left = () => AbortSignal;

/**
 * Makes databases for reading on behalf of callers who may leave. A query that nobody waits for any more is cancelled on
 * the server, and one that still waits for a connection is not begun.
 */
export function readerOf(pool: Pool, onQuery?: (text: string) => void): (left: Left) => Db {
  const dialect = new PgDialect({ casing: "snake_case" });
  const logger = onQuery && { logQuery: onQuery };
  // The pool may be full of what is to be cancelled.
  const control = new Pool({ ...pool.options, max: 1, idleTimeoutMillis: 1000, allowExitOnIdle: true });
  control.on("error", () => {});
  const cancel = async (client: PoolClient): Promise<void> => {
    const pid = "processID" in client ? client.processID : undefined;
    // One that cannot be cancelled ends by the time limit of statements.
    if (typeof pid === "number") await control.query("select pg_cancel_backend($1)", [pid]).catch(() => {});
  };
  return (left) => {
    const session = new NodePgSession(
      untilLeft(pool, left, cancel),
      dialect,
      undefined,
      logger ? { logger } : {},
    );
    return new PgDatabase(dialect, session, undefined);
  };
}

/** The same pool, whose queries end with the caller. */
function untilLeft(pool: Pool, left: Left, cancel: (client: PoolClient) => Promise<void>): Pool {
  const query = async (...args: Parameters<PoolClient["query"]>): Promise<unknown> => {
    const signal = left();
    const client = await pool.connect();
    let cancelled: Promise<void> | undefined;
    const onLeft = (): void => void (cancelled = cancel(client));
    try {
      signal.throwIfAborted();
      signal.addEventListener("abort", onLeft, { once: true });
      return await client.query(...args);
    } finally {
      signal.removeEventListener("abort", onLeft);
      // Not before the cancellation has come through, which would otherwise meet somebody else's query.
      await cancelled;
      client.release();
    }
  };
  return Object.assign(Object.create(pool), { query });
}
