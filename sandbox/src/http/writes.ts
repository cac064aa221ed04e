import type { Layer, OperationId } from "@workspace-api/server";

import type { Clock } from "../clock.js";
import type { Database, Db } from "../database/open.js";
import { IdempotencyKeys, type KeyedRequest } from "./idempotency.js";
import type { RequestContext } from "./request-context.js";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Operations that wait for somebody else in the middle. They see to their transactions by themselves. */
const OUTSIDE_TRANSACTIONS: ReadonlySet<string> = new Set<OperationId>(["verifyWebhook", "redeliverWebhook"]);

/** Deadlocks and failed serialisations: the transaction is undone and can simply be run again. */
const PASSING_ERRORS = new Set(["40001", "40P01"]);
const MAX_RUNS = 4;

/**
 * Runs every write in one transaction, together with its events and its idempotency record: all of it happens, or
 * nothing. `onEvents` is called after a transaction that wrote events.
 */
export function writes(database: Database, clock: Clock, onEvents: () => void): Layer<RequestContext> {
  const keys = new IdempotencyKeys(database, clock.factor);
  return async (call, next) => {
    const { operation, context } = call;
    if (SAFE_METHODS.has(operation.method)) {
      const response = await next();
      if (context.hasEmitted) onEvents();
      return response;
    }

    const run = async (tx: Db): Promise<Response> => {
      context.db = tx;
      context.hasEmitted = false;
      context.waiting = [];
      return next();
    };
    const key = operation.idempotencyHeader && call.input?.headers[operation.idempotencyHeader];
    const keyed: KeyedRequest | undefined =
      typeof key === "string" && context.credential
        ? {
            credential: context.credential,
            key,
            method: operation.method,
            url: call.request.url,
            body: call.rawBody,
            now: context.now(),
            fail: call.fail,
          }
        : undefined;
    if (OUTSIDE_TRANSACTIONS.has(operation.id)) {
      return keyed ? keys.alone(keyed, () => keys.around(keyed, next)) : next();
    }
    try {
      const transact = (): Promise<Response> =>
        repeated(() => database.transaction((tx) => (keyed ? keys.once(keyed, tx, () => run(tx)) : run(tx))));
      const response = await (keyed ? keys.alone(keyed, transact) : transact());
      context.db = database.db;
      if (context.hasEmitted) onEvents();
      for (const act of context.waiting) await act(database.db);
      return response;
    } finally {
      context.db = database.db;
    }
  };
}

async function repeated<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let count = 1; ; count += 1) {
    try {
      return await run();
    } catch (error) {
      if (count === MAX_RUNS || !PASSING_ERRORS.has(sqlStateOf(error) ?? "")) throw error;
    }
  }
}

/** The SQLSTATE of a database error, which the query builder wraps. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && /^[0-9A-Z]{5}$/.test(cause.code))
      return cause.code;
  }
  return undefined;
}
