import { backoffMs } from "./backoff.js";
import type { Clock } from "./clock.js";
import { RequestError } from "./errors.js";
import type { Emit } from "./events.js";
import type { CallContext, Layer, OutgoingRequest, Send } from "./layer.js";
import { LearningBudget } from "./learning-budget.js";
import { MemoryBudget } from "./memory-store.js";
import { subjectOf } from "./observe.js";
import type { RateLimitOptions } from "./options.js";
import type { ApiPolicy, RateLimitWindow } from "./policy.js";
import { readRateLimit, type RateLimitState } from "./rate-limit-fields.js";
import type { RateLimitStore } from "./rate-limit-store.js";
import { RateLimiter, type Place, type PlaceRequest, type WindowSnapshot } from "./rate-limiter.js";
import { isRefusal } from "./refusal.js";
import { Limiters, sharedLimiters } from "./shared-limiters.js";
import { delayOf } from "./told-delay.js";

/** A layer that keeps requests within the rate limits, and tells how full they are. */
export interface LimiterLayer extends Layer {
  snapshot(): WindowSnapshot[];
  reset(): void;
}

/** What the layer is made from. */
export interface LimiterSetup {
  readonly policy: ApiPolicy;
  readonly rateLimit: false | RateLimitOptions | undefined;
  readonly clock: Clock;
  readonly emit: Emit;
  /** The API's origin: requests from outside the operations that lead elsewhere are not counted. */
  readonly origin: string;
  /** What tells the client's credentials from others'. */
  readonly credential: string;
}

const memoryStore: RateLimitStore = {
  open: (_name, windows, setup) =>
    windows.length > 0
      ? new MemoryBudget(windows, setup.clock, setup)
      : new LearningBudget(setup.clock, setup.backoff, setup.concurrency),
};

/** Each attempt takes a place in the API's windows, and in those of its operation, before it leaves. */
export function limiterLayer({
  policy,
  rateLimit,
  clock,
  emit,
  origin,
  credential,
}: LimiterSetup): LimiterLayer {
  const options = rateLimit || {};
  const { windows = policy.windows, concurrency = policy.concurrency, store = memoryStore } = options;
  const { maxQueue = Infinity, maxWaitMs = Infinity, strict: isStrict = false } = options;
  const { delay, backoff } = policy.retry;
  const isSilent = windows.length === 0;
  const isShared = store === memoryStore && options.shared !== false;
  const limiters = isShared
    ? sharedLimiters(clock, JSON.stringify([origin, credential, windows, concurrency, isStrict]))
    : new Limiters();
  // Others may use the budget as well: where the server says what is left, a part goes ahead and sees.
  const isCautious = delay.some((source) => "header" in source && /^ratelimit$/i.test(source.header));

  function limiterOf(name: string, own: readonly RateLimitWindow[] = []): RateLimiter {
    return limiters.get(name, () => {
      const most = name === "" ? concurrency : undefined;
      const setup = { clock, emit, isCautious, isStrict, backoff, concurrency: most };
      return new RateLimiter(() => store.open(name, own, setup), clock);
    });
  }

  /** The limiters that a call of an operation has to pass, its own first. */
  function limitersOf(call: CallContext): RateLimiter[] {
    const { id = "", windows: own } = call.operation ?? {};
    const general = limiterOf(isSilent ? (limiters.resources.get(id) ?? "") : "", windows);
    const name = `operation:${id}`;
    return own || limiters.has(name) ? [limiterOf(name, own), general] : [general];
  }

  async function limited(
    request: OutgoingRequest,
    next: Send,
    call: CallContext,
    cost: number,
  ): Promise<Response> {
    const passed: [RateLimiter, Place][] = [];
    const settle = (isCounted: boolean): void =>
      passed.forEach(([limiter, place]) => limiter.settle(place, isCounted));
    try {
      for (const limiter of limitersOf(call))
        passed.push([limiter, await limiter.acquire(wishOf(cost, request, call))]);
    } catch (error) {
      settle(false);
      throw error;
    }
    let response: Response;
    try {
      response = await next(request, call);
    } catch (error) {
      // The server may have counted it, unless it has not left.
      settle(!(error instanceof RequestError));
      throw error;
    }
    const states = readRateLimit(response.headers);
    learn(states, response, passed, call);
    if (!isRefusal(response, states, policy)) {
      settle(true);
      return response;
    }
    const told = delayOf(response, delay).then((ms) => ({
      ms: ms ?? backoffMs(backoff, 1),
      isTold: ms !== undefined,
    }));
    await refuse(told, states, passed);
    settle(false);
    const { ms: pauseMs } = await told;
    if (passed.length === 1) emit({ ...subjectOf(request, call), type: "pause", pauseMs });
    return response;
  }

  function wishOf(cost: number, request: OutgoingRequest, call: CallContext): PlaceRequest {
    const { id, priority = 0, lifetime } = call;
    const rest = Math.min(maxWaitMs, lifetime.deadline - performance.now());
    const onWait = (waitMs: number): void => emit({ ...subjectOf(request, call), type: "wait", waitMs });
    // A repetition does not go to the end of the queue.
    return { cost, priority, sequence: id, lifetime, maxWaitMs: rest, maxQueue, onWait };
  }

  /** What the server says of its windows goes to those who keep them. */
  function learn(
    states: readonly RateLimitState[],
    { headers }: Response,
    passed: readonly [RateLimiter, Place][],
    call: CallContext,
  ): void {
    if (states.length === 0) return;
    // Windows that the user chose are theirs; what is left of the server's own still counts.
    const believed = options.windows ? states.map(({ name, remaining }) => ({ name, remaining })) : states;
    if (isSilent) {
      const resource =
        headers.get("x-ratelimit-resource") ??
        states
          .map(({ name }) => name)
          .sort()
          .join();
      limiters.first ??= resource;
      if (resource !== limiters.first) limiters.resources.set(call.operation?.id ?? "", resource);
      const [, place] = passed.at(-1) ?? [];
      limiterOf(resource === limiters.first ? "" : resource).learn(states, place);
      return;
    }
    for (const [limiter, place] of passed) limiter.learn(believed, place);
  }

  /** A refusal is for the window that it names, else for the operation's own, else for the credential. */
  async function refuse(
    told: Promise<{ ms: number; isTold: boolean }>,
    states: readonly RateLimitState[],
    passed: readonly [RateLimiter, Place][],
  ): Promise<void> {
    const full = states.find(({ remaining }) => remaining === 0)?.name;
    const named = passed.find(([limiter]) => limiter.snapshot().some(({ name }) => name === full));
    const [limiter, place] = named ?? passed[0] ?? [];
    if (limiter && place) await limiter.refuse(place, told, full);
  }

  const layer: Layer = (request, next, call) => {
    const { operation } = call;
    const cost = operation?.external ? 0 : (operation?.cost ?? 1);
    const isElsewhere = !operation && !request.url.startsWith(`${origin}/`);
    if (rateLimit === false || cost === 0 || isElsewhere) return next(request, call);
    return limited(request, next, call, cost);
  };
  return Object.assign(layer, {
    snapshot: () => {
      limiterOf("", windows);
      return [...limiters].flatMap((limiter) => limiter.snapshot());
    },
    reset: () => limiters.clear(),
  });
}
