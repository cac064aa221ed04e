import { systemClock } from "./clock.js";
import { backoffMs, readRateLimit } from "./delay.js";
import type { CallContext, Ring } from "./fetch.js";
import type { RateLimitWindow } from "./operation.js";
import { RateLimiter, type WindowSnapshot } from "./rate-limiter.js";
import { delayOf } from "./refusal.js";
import { subjectOf } from "./observe.js";
import type { RingSetup } from "./ring-setup.js";

/** A ring that keeps requests within the rate limits, and tells how full they are. */
export interface LimiterRing extends Ring {
  snapshot(): WindowSnapshot[];
}

/** Each attempt takes a place in the API's windows, and in those of its operation, before it leaves. */
export function limiterRing({ policy, options, emit }: RingSetup): LimiterRing {
  const { rateLimit, clock = systemClock } = options;
  const { windows = policy.windows, maxQueue, maxWaitMs = Infinity } = rateLimit || {};
  const create = (own: readonly RateLimitWindow[]): RateLimiter => new RateLimiter(own, clock, maxQueue);
  const general = create(windows);
  const ofOperations = new Map<string, RateLimiter>();
  /** The place in the queue that a call had: a repetition does not go to the end. */
  const places = new WeakMap<CallContext, number>();

  const ring: Ring = async (request, next, call) => {
    const { operation, priority = 0, signal, deadline } = call;
    const cost = operation?.external ? 0 : (operation?.cost ?? 1);
    if (rateLimit === false || cost === 0) return next(request);
    const limiters = [general];
    if (operation?.windows) {
      const own = ofOperations.get(operation.id) ?? create(operation.windows);
      ofOperations.set(operation.id, own);
      limiters.unshift(own);
    }
    const onWait = (waitMs: number): void => emit({ ...subjectOf(request, call), type: "wait", waitMs });
    let entered = 0;
    let isRefused = true;
    try {
      for (const limiter of limiters) {
        const rest = Math.min(maxWaitMs, deadline - performance.now());
        const slot = { cost, priority, sequence: places.get(call), signal, maxWaitMs: rest, onWait };
        places.set(call, await limiter.acquire(slot));
        entered += 1;
      }
      isRefused = false;
      const response = await next(request);
      for (const { name, remaining } of readRateLimit(response.headers.get("ratelimit") ?? ""))
        general.learn(name, remaining);
      isRefused = response.status === policy.refusalStatus;
      if (isRefused) {
        const pauseMs = (await delayOf(response, policy.retry.delay)) ?? backoffMs(policy.retry.backoff, 1);
        emit({ ...subjectOf(request, call), type: "pause", pauseMs });
        general.pause(pauseMs);
      }
      return response;
    } finally {
      for (const limiter of limiters.slice(0, entered)) limiter.settle(cost, isRefused);
    }
  };
  return Object.assign(ring, { snapshot: () => general.snapshot() });
}
