import type { Clock } from "./clock.js";
import type { RateLimiter } from "./rate-limiter.js";

/** Credentials whose budgets are remembered; the one that was not used for longest goes first. */
const MOST = 1000;

/** The limiters of a credential by name: `""` counts all its requests, others those of an operation or a resource. */
export class Limiters {
  readonly #byName = new Map<string, RateLimiter>();
  /** The resource that a server counts an operation for, by the operation's id, where there are several. */
  readonly resources: Map<string, string> = new Map();
  /** What the server called the first of them. */
  first: string | undefined;

  get(name: string, create: () => RateLimiter): RateLimiter {
    const limiter = this.#byName.get(name) ?? create();
    this.#byName.set(name, limiter);
    return limiter;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  clear(): void {
    for (const limiter of this.#byName.values()) limiter.reset();
    this.resources.clear();
    this.first = undefined;
  }

  *[Symbol.iterator](): Iterator<RateLimiter> {
    yield* this.#byName.values();
  }
}

const shared = new WeakMap<Clock, Map<string, Limiters>>();

/** The limiters that all clients of this process share which have the same key: the origin, the credential, the limits. */
export function sharedLimiters(clock: Clock, key: string): Limiters {
  const all = shared.get(clock) ?? new Map<string, Limiters>();
  shared.set(clock, all);
  const limiters = all.get(key) ?? new Limiters();
  all.delete(key);
  all.set(key, limiters);
  const [oldest] = all.keys();
  if (all.size > MOST && oldest !== undefined) all.delete(oldest);
  return limiters;
}
