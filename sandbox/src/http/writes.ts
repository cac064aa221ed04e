import type { Layer, OperationId } from "@workspace-api/server";

import type { Clock } from "../clock.js";
import type { Database, Db } from "../database/open.js";
import { IdempotencyKeys, type KeyedRequest } from "./idempotency.js";
import type { RequestContext } from "./request-context.js";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Operations that wait for somebody else in the middle. They see to their transactions by themselves. */
const OUTSIDE_TRANSACTIONS: ReadonlySet<string> = new Set<OperationId>(["verifyWebhook", "redeliverWebhook"]);

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
        database.transaction((tx) => (keyed ? keys.once(keyed, tx, () => run(tx)) : run(tx)));
      const response = await (keyed ? keys.alone(keyed, transact) : transact());
      if (context.hasEmitted) onEvents();
      for (const act of context.waiting) await act(database.db);
      return response;
    } finally {
      context.db = database.db;
    }
  };
}
