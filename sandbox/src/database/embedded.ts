import { setImmediate as nextTurn } from "node:timers/promises";

import {
  PGlite,
  types,
  type PGliteOptions,
  type QueryOptions,
  type Results,
  type Transaction,
} from "@electric-sql/pglite";

function asText(value: string): string {
  return value;
}

/** The query builder reads times by itself. */
const parsers = {
  [types.TIMESTAMP]: asText,
  [types.TIMESTAMPTZ]: asText,
  [types.INTERVAL]: asText,
  [types.DATE]: asText,
};

/**
 * An embedded PostgreSQL. The query builder sends its parsers with every query, and PGlite merges them with its own
 * hundreds each time, which takes as long as a small query does. This one has them from the start instead.
 */
export class EmbeddedPostgres extends PGlite {
  constructor(options: PGliteOptions = {}) {
    super({ ...options, parsers });
  }

  /**
   * PGlite computes in this thread. Without a turn of the event loop before each query, one request runs to its end
   * before the next is read, and new connections, of which each turn takes one, wait for seconds.
   */
  override _runExclusiveQuery<Result>(run: () => Promise<Result>): Promise<Result> {
    return super._runExclusiveQuery(async () => {
      await nextTurn();
      return run();
    });
  }

  override query<Row>(text: string, values?: unknown[], options?: QueryOptions): Promise<Results<Row>> {
    return super.query<Row>(text, values, withoutParsers(options));
  }

  override transaction<Result>(run: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return super.transaction((tx) => {
      const { query } = tx;
      const own: Transaction["query"] = (text, values, options) =>
        query(text, values, withoutParsers(options));
      return run(Object.assign(tx, { query: own }));
    });
  }
}

function withoutParsers(options: QueryOptions = {}): QueryOptions {
  const rest = { ...options };
  delete rest.parsers;
  return rest;
}
