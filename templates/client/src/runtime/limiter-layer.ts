import type { Clock } from "./clock.js";
import { backoffMs, readRateLimit } from "./delay.js";
import { RequestError } from "./errors.js";
import type { Emit } from "./events.js";
import type { CallContext, Layer, OutgoingRequest, Send } from "./layer.js";
import { MemoryBudget } from "./memory-store.js";
import { subjectOf } from "./observe.js";
import type { RateLimitOptions } from "./options.js";
import type { ApiPolicy, RateLimitWindow } from "./policy.js";
import type { RateLimitStore } from "./rate-limit-store.js";
import { RateLimiter, type Place, type PlaceRequest, type WindowSnapshot } from "./rate-limiter.js";
import { delayOf } from "./refusal.js";

/** A layer that keeps requests within the rate limits, and tells how full they are. */
export interface LimiterLayer extends Layer {
  snapshot(): WindowSnapshot[];
}

const memoryStore: RateLimitStore = {
  open: (_name, windows, { clock, isCautious }) => new MemoryBudget(windows, clock, isCautious),
};

/** What the layer is made from. */
export interface LimiterSetup {
  readonly policy: ApiPolicy;
  readonly rateLimit: false | RateLimitOptions | undefined;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** Each attempt takes a place in the API's windows, and in those of its operation, before it leaves. */
export function limiterLayer({ policy, rateLimit, clock, emit }: LimiterSetup): LimiterLayer {
  const { windows, store = memoryStore, maxQueue, maxWaitMs = Infinity } = rateLimit || {};
  const { delay, backoff } = policy.retry;
  const isCautious = delay.some((source) => "header" in source && /^ratelimit$/i.test(source.header));
  const open = (name: string, own: readonly RateLimitWindow[]): RateLimiter =>
    new RateLimiter(store.open(name, own, { clock, emit, isCautious }), clock, maxQueue);
  const general = open("", windows ?? policy.windows);
  const ofOperations = new Map<string, RateLimiter>();

  /** Takes a place, sends, and tells the limiter what came of it. */
  function limited(
    limiter: RateLimiter,
    cost: number,
    request: OutgoingRequest,
    send: Send,
    call: CallContext,
  ): Promise<Response> {
    return limiter.acquire(wishOf(cost, request, call)).then((place) =>
      send(request, call).then(
        (response) => answered(limiter, place, request, response, call),
        (error: unknown) => {
          // The server may have counted it, unless it has not left.
          limiter.settle(place, !(error instanceof RequestError));
          throw error;
        },
      ),
    );
  }

  function wishOf(cost: number, request: OutgoingRequest, call: CallContext): PlaceRequest {
    const { id, priority = 0, lifetime } = call;
    const rest = Math.min(maxWaitMs, lifetime.deadline - performance.now());
    const onWait = (waitMs: number): void => emit({ ...subjectOf(request, call), type: "wait", waitMs });
    // A repetition does not go to the end of the queue.
    return { cost, priority, sequence: id, lifetime, maxWaitMs: rest, onWait };
  }

  function answered(
    limiter: RateLimiter,
    place: Place,
    request: OutgoingRequest,
    response: Response,
    call: CallContext,
  ): Response | Promise<Response> {
    const states = readRateLimit(response.headers);
    // Windows that the user chose are theirs; what is left of the server's own still counts.
    limiter.learn(windows ? states.map(({ name, remaining }) => ({ name, remaining })) : states);
    if (response.status !== policy.refusalStatus) {
      limiter.settle(place, true);
      return response;
    }
    const told = delayOf(response, delay).then((ms) => ms ?? backoffMs(backoff, 1));
    const full = states.find(({ remaining }) => remaining === 0)?.name;
    return limiter
      .refuse(place, told, full)
      .finally(() => limiter.settle(place, false))
      .then(async () => {
        if (limiter === general) emit({ ...subjectOf(request, call), type: "pause", pauseMs: await told });
        return response;
      });
  }

  const layer: Layer = (request, next, call) => {
    const { operation } = call;
    const cost = operation?.external ? 0 : (operation?.cost ?? 1);
    if (rateLimit === false || cost === 0) return next(request, call);
    if (!operation?.windows) return limited(general, cost, request, next, call);
    const limiter = ofOperations.get(operation.id) ?? open(operation.id, operation.windows);
    ofOperations.set(operation.id, limiter);
    const send: Send = (again, context) => limited(general, cost, again, next, context);
    return limited(limiter, cost, request, send, call);
  };
  return Object.assign(layer, { snapshot: () => general.snapshot() });
}
