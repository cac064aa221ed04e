import { backoffMs } from "./backoff.js";
import type { Clock } from "./clock.js";
import { RequestError } from "./errors.js";
import type { Emit } from "./events.js";
import type { CallContext, Layer, OutgoingRequest, Send } from "./layer.js";
import { MemoryBudget } from "./memory-store.js";
import { subjectOf } from "./observe.js";
import type { RateLimitOptions } from "./options.js";
import type { ApiPolicy, RateLimitWindow } from "./policy.js";
import { readRateLimit, type RateLimitState } from "./rate-limit-fields.js";
import type { OpenLearning, RateLimitStore } from "./rate-limit-store.js";
import { REROUTED, RateLimiter, type Place, type PlaceRequest, type WindowSnapshot } from "./rate-limiter.js";
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
  /** What limits are learned with, where the spec states none. */
  readonly learning: OpenLearning | undefined;
  readonly rateLimit: false | RateLimitOptions | undefined;
  readonly clock: Clock;
  readonly emit: Emit;
  /** The API's origin: requests from outside the operations that lead elsewhere are not counted. */
  readonly origin: string;
  /** What tells the client's credentials from others'. */
  readonly credential: string;
}

/** Where nothing is stated and nothing can be learned, refusals alone make it pause. */
function memoryStoreOf(learning: OpenLearning | undefined): RateLimitStore {
  return {
    open: (_name, windows, setup) =>
      windows.length === 0 && learning
        ? learning(setup.clock, setup.backoff, setup.concurrency)
        : new MemoryBudget(windows, setup.clock, setup),
  };
}

/** Each attempt takes a place in the API's windows, and in those of its operation, before it leaves. */
export function limiterLayer({
  policy,
  learning,
  rateLimit,
  clock,
  emit,
  origin,
  credential,
}: LimiterSetup): LimiterLayer {
  const options = rateLimit || {};
  const memoryStore = memoryStoreOf(learning);
  const { windows = policy.windows, concurrency = policy.concurrency, store = memoryStore } = options;
  const { maxQueue = Infinity, maxWaitMs = Infinity, maxPauseMs, strict: isStrict = false } = options;
  const { noticeMs = 60_000 } = options;
  let noticedUntil = -Infinity;
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
      // An operation that alone is refused waits by itself from then on.
      const onLift = (operation: string, restMs: number): void => {
        limiters.get(`operation:${operation}`, () => {
          let pauseMs = restMs;
          return new RateLimiter(() => {
            const budget = memoryStore.open(operation, [], { ...setup, concurrency: undefined });
            if (pauseMs > 0) budget.pause({ ms: pauseMs, isTold: true, round: 0, at: clock.now() });
            pauseMs = 0;
            return budget;
          }, clock);
        });
      };
      return new RateLimiter(() => store.open(name, own, setup), clock, name === "" ? onLift : undefined);
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
      for (let limiter; (limiter = limitersOf(call)[passed.length]);) {
        const place = await limiter.acquire(wishOf(cost, request, call)).catch((reason: unknown) => {
          if (reason !== REROUTED) throw reason;
        });
        if (place) passed.push([limiter, place]);
      }
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
      ms: Math.min(ms ?? backoffMs(backoff, 1), Number.MAX_SAFE_INTEGER),
      isTold: ms !== undefined,
    }));
    await refuse(told, states, passed);
    settle(false);
    const { ms: pauseMs } = await told;
    notice(pauseMs, request, call);
    if (passed.length === 1) emit({ ...subjectOf(request, call), type: "pause", pauseMs });
    return response;
  }

  function wishOf(cost: number, request: OutgoingRequest, call: CallContext): PlaceRequest {
    const { id, priority = 0, lifetime, operation } = call;
    const rest = Math.min(maxWaitMs, lifetime.deadline - performance.now());
    const onWait = (waitMs: number): void => {
      emit({ ...subjectOf(request, call), type: "wait", waitMs });
      notice(waitMs, request, call);
    };
    // A retry does not go to the end of the queue, and is not dropped because it is full.
    const most = call.attempts > 0 ? Infinity : maxQueue;
    const own = { sequence: id, operation: operation?.id ?? "", lifetime };
    return { ...own, cost, priority, maxWaitMs: rest, maxQueue: most, onWait };
  }

  /** A long wait is said aloud, once until it is over. */
  function notice(waitMs: number, request: OutgoingRequest, call: CallContext): void {
    const now = clock.now();
    if (waitMs < noticeMs || now < noticedUntil) return;
    noticedUntil = now + waitMs;
    emit({ ...subjectOf(request, call), type: "notice", waitMs });
    const seconds = Math.ceil(waitMs / 1000);
    console.warn(`${origin}: calls wait ${seconds} s for the rate limit (noticeMs sets when this is said)`);
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
    if (limiter && place) await limiter.refuse(place, told, { window: named && full, maxPauseMs });
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
