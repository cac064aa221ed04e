import type { Clock } from "./clock.js";
import { RateLimitWaitError } from "./errors.js";
import type { RateLimitWindow } from "./operation.js";
import { WindowState } from "./windows.js";

/** The state of one window, for dashboards. */
export interface WindowSnapshot {
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  readonly free: number;
  /** Milliseconds until a request could leave, with those that queue already ahead of it. */
  readonly nextFreeMs: number;
}

interface Waiting {
  readonly cost: number;
  readonly priority: number;
  readonly sequence: number;
  readonly go: () => void;
}

/** What a call asks for. */
export interface SlotRequest {
  readonly cost: number;
  readonly priority: number;
  /** The place in the queue that an earlier attempt of the call had. */
  readonly sequence?: number | undefined;
  readonly signal: AbortSignal;
  /** The longest that it may wait, in milliseconds. */
  readonly maxWaitMs: number;
  /** Is told how long it will be when there is a wait. */
  readonly onWait: (ms: number) => void;
}

/** Lets requests through at the rate that all windows allow, first come, first served. One for each credential. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #windows: readonly { readonly name: string; readonly state: WindowState }[];
  readonly #maxQueue: number;
  readonly #queue: Waiting[] = [];
  #sequence = 0;
  #pausedUntil = 0;
  /** Requests that may be under way at once while the limiter finds out what the server allows again. */
  #ramp = Infinity;
  #underWay = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(windows: readonly RateLimitWindow[], clock: Clock, maxQueue: number = Infinity) {
    this.#clock = clock;
    this.#windows = windows.map((window) => ({ name: window.name, state: new WindowState(window) }));
    this.#maxQueue = maxQueue;
  }

  /**
   * Resolves when the request may leave, with its place in the queue.
   *
   * @throws RateLimitWaitError at once when the queue is full or the wait would be too long; the signal's reason.
   */
  acquire({
    cost,
    priority,
    sequence = ++this.#sequence,
    signal,
    maxWaitMs,
    onWait,
  }: SlotRequest): Promise<number> {
    const now = this.#clock.now();
    if (this.#queue.length === 0 && this.#mayGo(cost, now)) {
      this.#take(cost);
      return Promise.resolve(sequence);
    }
    const ahead = this.#placeOf({ priority, sequence });
    const waitMs = Math.max(
      this.#pausedUntil - now,
      ...this.#windows.map(({ state }) => state.freeAt(now, ahead) - now),
      0,
    );
    if (this.#queue.length >= this.#maxQueue || waitMs > maxWaitMs) {
      const reason =
        waitMs > maxWaitMs
          ? `would wait ${Math.ceil(waitMs / 1000)} s for the rate limit`
          : "finds the queue full";
      return Promise.reject(new RateLimitWaitError(reason, { retryAfterMs: Math.ceil(waitMs) }));
    }
    onWait(waitMs);
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        this.#run();
        reject(signal.reason);
      };
      const go = (): void => {
        signal.removeEventListener("abort", stop);
        resolve(sequence);
      };
      const waiting: Waiting = { cost, priority, sequence, go };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      this.#queue.splice(ahead, 0, waiting);
      this.#run();
    });
  }

  /** The request came back, or failed on the way: the server may have counted it up to now. */
  settle(cost: number, isRefused: boolean): void {
    const now = this.#clock.now();
    this.#underWay -= 1;
    for (const { state } of this.#windows) {
      if (isRefused) state.drop(cost);
      else state.settle(cost, now);
    }
    if (!isRefused)
      this.#ramp = this.#ramp * 2 >= this.#underWay + this.#queue.length ? Infinity : this.#ramp * 2;
    this.#run();
  }

  /** The server refused a request and says when to come back. Everyone waits; then one goes first. */
  pause(ms: number): void {
    const now = this.#clock.now();
    // Refusals of requests that left together are one refusal. The window that is full is one that lasts that long.
    const byLength = this.#windows.map(({ state }) => state).sort((a, b) => a.windowMs - b.windowMs);
    if (now >= this.#pausedUntil)
      (byLength.find(({ windowMs }) => windowMs >= ms) ?? byLength.at(-1))?.refused(now);
    this.#pausedUntil = Math.max(this.#pausedUntil, now + ms);
    this.#ramp = 1;
  }

  /** What the server says is left of a window. */
  learn(name: string, remaining: number): void {
    const now = this.#clock.now();
    this.#windows.find((window) => window.name === name)?.state.learn(remaining, now);
  }

  snapshot(): WindowSnapshot[] {
    const now = this.#clock.now();
    return this.#windows.map(({ name, state }) => {
      const nextFreeMs = Math.max(0, state.freeAt(now, this.#queue.length) - now, this.#pausedUntil - now);
      return {
        name,
        limit: state.limit,
        used: state.used(now),
        free: Math.max(0, state.free(now)),
        nextFreeMs,
      };
    });
  }

  #mayGo(cost: number, now: number): boolean {
    if (now < this.#pausedUntil || this.#underWay >= this.#ramp) return false;
    // What costs more than a window holds could never leave: it takes all of it.
    return this.#windows.every(({ state }) => state.free(now) >= Math.min(cost, state.limit));
  }

  #take(cost: number): void {
    this.#underWay += 1;
    for (const { state } of this.#windows) state.hold(cost);
  }

  /** How many in the queue come before. */
  #placeOf(waiting: Pick<Waiting, "priority" | "sequence">): number {
    let place = this.#queue.length;
    for (
      let other = this.#queue[place - 1];
      other && isBefore(waiting, other);
      other = this.#queue[place - 1]
    )
      place -= 1;
    return place;
  }

  /** Lets go who may, and sets the timer for the next. */
  #run(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const now = this.#clock.now();
    let gone = 0;
    for (let head = this.#queue[gone]; head && this.#mayGo(head.cost, now); head = this.#queue[gone]) {
      this.#take(head.cost);
      gone += 1;
      head.go();
    }
    this.#queue.splice(0, gone);
    if (this.#queue.length === 0) return;
    const next = Math.max(this.#pausedUntil, ...this.#windows.map(({ state }) => state.freeAt(now, 0)));
    // With nothing to wait for but answers, an answer will run this again.
    if (next > now) this.#cancelTimer = this.#clock.after(next - now, () => this.#run());
  }
}

function isBefore(
  a: Pick<Waiting, "priority" | "sequence">,
  b: Pick<Waiting, "priority" | "sequence">,
): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.sequence < b.sequence);
}
