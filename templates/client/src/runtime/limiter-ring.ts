import { systemClock } from "./clock.js";
import { backoffMs, readRateLimit } from "./delay.js";
import type { Ring } from "./fetch.js";
import { MemoryBudget } from "./memory-store.js";
import { subjectOf } from "./observe.js";
import type { RateLimitWindow } from "./operation.js";
import type { RateLimitStore } from "./rate-limit-store.js";
import { RateLimiter, type Place, type WindowSnapshot } from "./rate-limiter.js";
import { delayOf } from "./refusal.js";
import type { RingSetup } from "./ring-setup.js";

/** A ring that keeps requests within the rate limits, and tells how full they are. */
export interface LimiterRing extends Ring {
  snapshot(): WindowSnapshot[];
}

const memoryStore: RateLimitStore = {
  open: (_name, windows, { clock, isCautious }) => new MemoryBudget(windows, clock, isCautious),
};

/** Each attempt takes a place in the API's windows, and in those of its operation, before it leaves. */
export function limiterRing({ policy, options, emit }: RingSetup): LimiterRing {
  const { rateLimit, clock = systemClock } = options;
  const { windows, store = memoryStore, maxQueue, maxWaitMs = Infinity } = rateLimit || {};
  const { delay, backoff } = policy.retry;
  const isCautious = delay.some((source) => "header" in source && /^ratelimit$/i.test(source.header));
  const open = (name: string, own: readonly RateLimitWindow[]): RateLimiter =>
    new RateLimiter(store.open(name, own, { clock, emit, isCautious }), clock, maxQueue);
  const general = open("", windows ?? policy.windows);
  const ofOperations = new Map<string, RateLimiter>();

  const ring: Ring = async (request, next, call) => {
    const { operation, priority = 0, lifetime } = call;
    const cost = operation?.external ? 0 : (operation?.cost ?? 1);
    if (rateLimit === false || cost === 0) return next(request);
    const limiters = [general];
    if (operation?.windows) {
      const own = ofOperations.get(operation.id) ?? open(operation.id, operation.windows);
      ofOperations.set(operation.id, own);
      limiters.unshift(own);
    }
    const onWait = (waitMs: number): void => emit({ ...subjectOf(request, call), type: "wait", waitMs });
    const held: [RateLimiter, Place][] = [];
    let isCounted = false;
    try {
      for (const limiter of limiters) {
        const rest = Math.min(maxWaitMs, lifetime.deadline - performance.now());
        // A repetition does not go to the end of the queue.
        const wish = { cost, priority, sequence: call.id, onEnd: lifetime.onEnd, maxWaitMs: rest, onWait };
        held.push([limiter, await limiter.acquire(wish)]);
      }
      isCounted = true;
      const response = await next(request);
      const states = readRateLimit(response.headers);
      // Windows that the user chose are theirs; what is left of the server's own still counts.
      const known = windows ? states.map(({ name, remaining }) => ({ name, remaining })) : states;
      for (const limiter of limiters) limiter.learn(known);
      if (response.status !== policy.refusalStatus) return response;
      isCounted = false;
      const told = delayOf(response, delay).then((ms) => ms ?? backoffMs(backoff, 1));
      const full = states.find(({ remaining }) => remaining === 0)?.name;
      await Promise.all(held.map(([limiter, place]) => limiter.refuse(place, told, full)));
      emit({ ...subjectOf(request, call), type: "pause", pauseMs: await told });
      return response;
    } finally {
      for (const [limiter, place] of held) limiter.settle(place, isCounted);
    }
  };
  return Object.assign(ring, { snapshot: () => general.snapshot() });
}
