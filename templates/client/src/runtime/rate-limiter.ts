import { LONGEST_TIMER_MS, type Clock } from "./clock.js";
import { RateLimitWaitError } from "./errors.js";
import type { CallLifetime } from "./layer.js";
import { Queue, type Queued } from "./queue.js";
import type { RateLimitState } from "./rate-limit-fields.js";
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
}

/** How long to pause after a refusal. */
export interface Delay {
  readonly ms: number;
  /** The server told it. */
  readonly isTold: boolean;
}

interface Waiting extends Queued {
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
  #cancelTimer = (): void => {};

  constructor(open: () => RateLimitBudget, clock: Clock) {
    this.#open = open;
    this.#budget = open();
    this.#clock = clock;
  }

  /** Forgets pauses, and what was learned and used. */
  reset(): void {
    this.#budget = this.#open();
    this.#closedUntil = -Infinity;
    this.#run();
  }

  /**
   * Resolves when the request may leave.
   *
   * @throws RateLimitWaitError at once when the queue is full or the wait would be too long; the reason of the end.
   */
  acquire(request: PlaceRequest): Promise<Place> {
    return new Promise((resolve, reject) => this.#enqueue(request, resolve, reject));
  }

  #enqueue(
    { cost, priority, sequence, lifetime, maxWaitMs, maxQueue, onWait }: PlaceRequest,
    resolve: Waiting["resolve"],
    reject: Waiting["reject"],
  ): void {
    const now = this.#clock.now();
    if (this.#closedUntil > now) throw tooLong(this.#closedUntil - now);
    const places = this.#queue.places(priority) + cost;
    const stop = (reason: unknown): void => {
      this.#leave(waiting).reject(reason);
      this.#run();
    };
    const until = now + maxWaitMs;
    const waiting = { cost, priority, sequence, index: -1, until, lifetime, resolve, reject, stop };
    this.#queue.add(waiting);
    lifetime.onEnd(stop);
    // Behind others, nothing changes for anybody.
    const isFirst = this.#queue.head === waiting;
    if (isFirst) this.#run();
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
  settle({ cost, round, at, budget }: Place, isCounted: boolean): void {
    budget.settle(cost, round, isCounted, at);
    this.#run();
  }

  /** The server refused the request. Nobody leaves while it is read for how long, nor before that is over. */
  async refuse(
    { round, at, budget }: Place,
    delay: Promise<Delay>,
    window: string | undefined,
  ): Promise<void> {
    this.#refusals += 1;
    const { ms: pauseMs, isTold } = await delay.finally(() => (this.#refusals -= 1));
    budget.pause({ ms: pauseMs, isTold, round, at, window });
    if (pauseMs > LONGEST_PAUSE_MS) this.#closedUntil = this.#clock.now() + pauseMs;
    this.#fail();
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
  #hand({ places, round, at, waitMs }: Grant): void {
    for (let head; (head = this.#queue.head) && head.cost <= places;) {
      places -= head.cost;
      this.#leave(head).resolve({ cost: head.cost, round, at, budget: this.#budget });
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
    for (const waiting of this.#queue)
      if (isClosed || waiting.until < now + waitMs) this.#leave(waiting).reject(tooLong(waitMs));
  }
}

function tooLong(waitMs: number): RateLimitWaitError {
  return waitError(`would wait ${Math.ceil(waitMs / 1000)} s for the rate limit`, waitMs);
}

function waitError(message: string, waitMs: number): RateLimitWaitError {
  return new RateLimitWaitError(message, { retryAfterMs: Math.ceil(waitMs) });
}
