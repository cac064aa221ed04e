import type { RateLimitStore } from "../runtime/rate-limit-store.js";
import { RedisBudget } from "./budget.js";
import { runnerOf, type IoRedisClient, type NodeRedisClient } from "./client.js";

/** Options of {@link createRedisStore}. */
export interface RedisStoreOptions {
  /**
   * What the processes that share a credential call it: one name for each credential, and no secret, since it is part
   * of the keys. Clients that use different credentials under one name would wait for each other.
   */
  readonly name: string;
  /** What the keys start with; `rate-limit` unless given. */
  readonly prefix?: string | undefined;
  /**
   * The part of the budget, above 0 and at most 1, that this process keeps to while Redis cannot be reached: unless
   * given, one of as many parts as there were processes when it was last seen, or a quarter if it never was.
   */
  readonly share?: number | undefined;
  /** How long places stay held by a process that has gone silent, in milliseconds; 10,000 unless given. */
  readonly leaseMs?: number | undefined;
  /** How long Redis may take to answer, in milliseconds, before it counts as gone; 1,000 unless given. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Shares the rate limits of a credential among all processes that use this store with the same `name`. It runs on your
 * own client for Redis 5 or newer: ioredis (`Redis` or `Cluster`; tested with versions 5 and 6) or node-redis, connected
 * (`createClient` or `createCluster`; tested with versions 4 and 5). Nothing secret is stored.
 *
 * When Redis is gone or hangs, calls go on within a share of the budget, and Redis is tried again with the calls that
 * follow; the client's `onEvent` is told `store` events. For a moment after it is back, one process may not know yet what
 * another has used alone: should the server refuse a request then, it is repeated after the pause, as always.
 *
 * @throws RangeError when an option is out of its range.
 */
export function createRedisStore(
  client: IoRedisClient | NodeRedisClient,
  options: RedisStoreOptions,
): RateLimitStore {
  const { name, prefix = "rate-limit", share, leaseMs = 10_000, timeoutMs = 1000 } = options;
  if (!name) throw new RangeError("name must say which credential the budget belongs to");
  if (share !== undefined && !(share > 0 && share <= 1))
    throw new RangeError("share must be above 0 and at most 1");
  if (!(timeoutMs > 0 && leaseMs > timeoutMs))
    throw new RangeError("timeoutMs must be above 0 and leaseMs longer than it");
  const run = runnerOf(client);
  return {
    open(budget, windows, setup) {
      // The braces keep all keys of a credential on one node of a cluster.
      const key = `${prefix}:{${name}}:${budget}`;
      return new RedisBudget(run, key, windows, { ...setup, share, leaseMs, timeoutMs });
    },
  };
}
