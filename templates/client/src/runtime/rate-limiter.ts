import { LONGEST_TIMER_MS, type Clock } from "./clock.js";
import { RateLimitWaitError } from "./errors.js";
import type { CallLifetime } from "./layer.js";
import { Queue, type Queued } from "./queue.js";
import { PLAUSIBLE_MS, type RateLimitState } from "./rate-limit-fields.js";
import type { Grant, RateLimitBudget, WindowUse } from "./rate-limit-store.js";

/** For a longer pause nobody waits, unless the option says otherwise. */
export const LONGEST_PAUSE_MS: number = 20 * 60_000;

/** The state of one window, for dashboards. */
export interface WindowSnapshot extends WindowUse {
  /** Milliseconds until a request could leave, with those that queue already ahead of it. */
  readonly nextFreeMs: number;
}

/** What a call asks for. */
export interface PlaceRequest {
  /** Places that it takes of each window, 1 or more. */
  readonly cost: number;
  readonly priority: number;
  /** Lower leaves first among those of a priority; the same for all attempts of a call. */
  readonly sequence: number;
  /** The operation that asks: a refusal of one may not concern the others. */
  readonly operation?: string | undefined;
  /** Its end is that of the wait. */
  readonly lifetime: Pick<CallLifetime, "onEnd" | "offEnd">;
  /** The longest that it may wait, in milliseconds. */
  readonly maxWaitMs: number;
  /** How many may queue. */
  readonly maxQueue: number;
  /** Is told how long it will be when there is a wait. */
  readonly onWait: (ms: number) => void;
}

/** What a call got: it may leave now. */
export interface Place {
  readonly cost: number;
  readonly round: number;
  /** When it was given, on the clock. */
  readonly at: number;
  readonly budget: RateLimitBudget;
  readonly operation: string | undefined;
}

/** What a refusal means. */
export interface RefusalScope {
  /** The window that is full, where the server names it. */
  readonly window?: string | undefined;
  /** For a longer pause nobody waits. */
  readonly maxPauseMs?: number | undefined;
}

/** How long to pause after a refusal. */
export interface Delay {
  readonly ms: number;
  /** The server told it. */
  readonly isTold: boolean;
}

/** What a request ends with that has to pass another limiter first. */
export const REROUTED: unique symbol = Symbol("rerouted");

interface Waiting extends Queued {
  readonly operation: string | undefined;
  /** The longest that it waits, on the limiter's clock. */
  readonly until: number;
  readonly lifetime: PlaceRequest["lifetime"];
  readonly resolve: (place: Place) => void;
  readonly reject: (reason: unknown) => void;
  readonly stop: (reason: unknown) => void;
}

/** Lets requests through as a budget has places for them, first come, first served. */
export class RateLimiter {
  readonly #open: () => RateLimitBudget;
  #budget: RateLimitBudget;
  readonly #clock: Clock;
  readonly #queue = new Queue<Waiting>();
  #isAsking = false;
  /** Refusals of which the delay is still being read. */
  #refusals = 0;
  /** Until then nobody even waits. */
  #closedUntil = -Infinity;
  /** What the server told. */
  #toldUntil = -Infinity;
  /** The operation for whose refusal all pause, until when, and the request of another that sees whether they have to. */
  #paused: { readonly operation: string; readonly until: number; scout?: Place } | undefined;
  readonly #onLift: (operation: string, restMs: number) => void;
  #cancelTimer = (): void => {};

  /** `onLift` is called when a refusal turns out to concern one operation only, with what is left of the pause. */
  constructor(
    open: () => RateLimitBudget,
    clock: Clock,
    onLift: (operation: string, restMs: number) => void = () => {},
  ) {
    this.#onLift = onLift;
    this.#open = open;
    this.#budget = open();
    this.#clock = clock;
  }

  /** Forgets pauses, and what was learned and used. */
  reset(): void {
    this.#budget = this.#open();
    this.#closedUntil = -Infinity;
    this.#paused = undefined;
    this.#run();
  }

  /**
   * Resolves when the request may leave.
   *
   * @throws RateLimitWaitError at once when the queue is full or the wait would be too long; the reason of the end;
   *   `REROUTED` when its operation has got a limiter of its own meanwhile.
   */
  acquire(request: PlaceRequest): Promise<Place> {
    return new Promise((resolve, reject) => this.#enqueue(request, resolve, reject));
  }

  #enqueue(
    { cost, priority, sequence, operation, lifetime, maxWaitMs, maxQueue, onWait }: PlaceRequest,
    resolve: Waiting["resolve"],
    reject: Waiting["reject"],
  ): void {
    const now = this.#clock.now();
    if (this.#closedUntil > now) throw tooLong(this.#toldUntil - now);
    const places = this.#queue.places(priority) + cost;
    const stop = (reason: unknown): void => {
      this.#leave(waiting).reject(reason);
      this.#run();
    };
    const until = now + maxWaitMs;
    const waiting = {
      cost,
      priority,
      sequence,
      operation,
      index: -1,
      until,
      lifetime,
      resolve,
      reject,
      stop,
    };
    this.#queue.add(waiting);
    lifetime.onEnd(stop);
    // Behind others, nothing changes for anybody.
    const isFirst = this.#queue.head === waiting;
    if (isFirst) this.#run();
    this.#scout(waiting);
    if (waiting.index < 0) return;
    const waitMs = this.#budget.waitMs(isFirst ? cost : places);
    const isFull = this.#queue.size > maxQueue;
    if (waitMs > maxWaitMs || isFull)
      this.#leave(waiting).reject(isFull ? waitError("finds the queue full", waitMs) : tooLong(waitMs));
    else if (waitMs > 0) onWait(waitMs);
  }

  #leave(waiting: Waiting): Waiting {
    if (waiting.index >= 0) this.#queue.remove(waiting);
    waiting.lifetime.offEnd(waiting.stop);
    return waiting;
  }

  /** The request came back, or failed on the way. `isCounted`: the server may have let it through. */
  settle(place: Place, isCounted: boolean): void {
    const { cost, round, at, budget } = place;
    budget.settle(cost, round, isCounted, at);
    if (isCounted && this.#paused?.scout === place) this.#lift(this.#paused);
    else if (this.#paused && !this.#paused.scout) for (const waiting of this.#queue) this.#scout(waiting);
    this.#run();
  }

  /** The server refused the request. Nobody leaves while it is read for how long, nor before that is over. */
  async refuse(
    { round, at, budget, operation }: Place,
    delay: Promise<Delay>,
    { window, maxPauseMs = LONGEST_PAUSE_MS }: RefusalScope = {},
  ): Promise<void> {
    this.#refusals += 1;
    const { ms: pauseMs, isTold } = await delay.finally(() => (this.#refusals -= 1));
    const now = this.#clock.now();
    const ms = pauseMs > PLAUSIBLE_MS ? maxPauseMs : pauseMs;
    budget.pause({ ms, isTold, round, at, window });
    if (pauseMs > maxPauseMs) {
      this.#toldUntil = now + pauseMs;
      this.#closedUntil = now + ms;
    }
    const isAgain = (this.#paused?.until ?? 0) > now;
    if (!isAgain) this.#paused = operation && !window ? { operation, until: now + ms } : undefined;
    this.#fail();
  }

  /** While all pause for one operation, one request of another sees whether they have to. */
  #scout(waiting: Waiting): void {
    const paused = this.#paused;
    if (!paused || paused.scout || waiting.index < 0 || waiting.operation === paused.operation) return;
    if (this.#refusals > 0 || this.#clock.now() >= paused.until) return;
    const grant = this.#budget.scout?.(waiting.cost);
    if (!grant || grant.places < waiting.cost) return;
    paused.scout = this.#placeOf(waiting, grant);
    this.#leave(waiting).resolve(paused.scout);
  }

  /** It got through: the others go on, and the operation that was refused gets a limiter of its own. */
  #lift({ operation, until }: { readonly operation: string; readonly until: number }): void {
    this.#paused = undefined;
    this.#closedUntil = -Infinity;
    this.#budget.lift?.();
    this.#onLift(operation, until - this.#clock.now());
    for (const waiting of this.#queue)
      if (waiting.operation === operation) this.#leave(waiting).reject(REROUTED);
  }

  #placeOf({ cost, operation }: Waiting, { round, at }: Grant): Place {
    return { cost, round, at, budget: this.#budget, operation };
  }

  /** What the server says is left. */
  learn(states: readonly RateLimitState[], place?: Place): void {
    this.#budget.learn(states, place?.at ?? this.#clock.now());
  }

  snapshot(): WindowSnapshot[] {
    const nextFreeMs = this.#budget.waitMs(this.#queue.places() + 1);
    return this.#budget.snapshot().map((use) => ({ ...use, nextFreeMs }));
  }

  /** Asks for as many places as are needed; a store that is asked over the network, one question at a time. */
  #run(): void {
    const { head } = this.#queue;
    // When nobody waits any more, the process may end.
    this.#cancelTimer();
    if (!head || this.#isAsking || this.#refusals > 0) return;
    const wanted = this.#queue.places();
    const grant = this.#budget.take(wanted, head.cost);
    if ("then" in grant) void this.#await(grant, wanted);
    else this.#hand(grant);
  }

  async #await(asked: Promise<Grant>, wanted: number): Promise<void> {
    this.#isAsking = true;
    const grant = await asked;
    this.#isAsking = false;
    this.#hand(grant);
    if (grant.places === 0) this.#fail();
    // It got all that it asked for; others have come meanwhile.
    else if (grant.places >= wanted) this.#run();
  }

  /** Lets go who may, in the order that the queue has by now, and sets the timer for the next. */
  #hand(grant: Grant): void {
    const { round, at, waitMs } = grant;
    let { places } = grant;
    for (let head; (head = this.#queue.head) && head.cost <= places;) {
      places -= head.cost;
      this.#leave(head).resolve(this.#placeOf(head, grant));
    }
    if (places > 0) {
      // Too few for who comes first now: given back, and asked for anew.
      this.#budget.settle(places, round, false, at);
      return this.#run();
    }
    // With nothing to wait for but answers, an answer will run this again.
    if (waitMs < Infinity && this.#queue.size > 0) this.#wakeIn(Math.ceil(waitMs));
  }

  #wakeIn(ms: number): void {
    const due = this.#clock.now() + Math.min(ms, LONGEST_TIMER_MS);
    this.#cancelTimer = this.#clock.after(ms, () => {
      this.#budget.stall?.(this.#clock.now() - due);
      this.#run();
    });
  }

  /** A wait has grown: those for whom it is too long need not stay for the rest of it. */
  #fail(): void {
    const waitMs = this.#budget.waitMs(1);
    const now = this.#clock.now();
    const isClosed = now < this.#closedUntil;
    const told = isClosed ? this.#toldUntil - now : waitMs;
    for (const waiting of this.#queue)
      if (isClosed || waiting.until < now + waitMs) this.#leave(waiting).reject(tooLong(told));
  }
}

function tooLong(waitMs: number): RateLimitWaitError {
  return waitError(`would wait ${Math.ceil(waitMs / 1000)} s for the rate limit`, waitMs);
}

function waitError(message: string, waitMs: number): RateLimitWaitError {
  return new RateLimitWaitError(message, { retryAfterMs: Math.ceil(waitMs) });
}
