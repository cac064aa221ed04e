import type { Clock } from "./clock.js";
import type { RateLimitState } from "./rate-limit-fields.js";
import type { RateLimitWindow } from "./policy.js";
import type { Grant, RateLimitBudget, Refused, WindowUse } from "./rate-limit-store.js";
import { WindowState } from "./windows.js";

/** A step of a ramp waits no longer for its answers. */
const LONGEST_STEP_MS = 200;

/** A ramp ends here at the earliest, for APIs without windows. */
const MOST_RAMPED = 64;

/** How a budget in memory counts. */
export interface MemoryBudgetOptions {
  /** The server says how much is left: a part goes ahead and sees what others have used. */
  readonly isCautious?: boolean | undefined;
  /** A place is held until the answer, however long that takes. */
  readonly isStrict?: boolean | undefined;
  /** Requests that may be under way at a time. */
  readonly concurrency?: number | undefined;
}

/** Windows in memory, for one process. */
export class MemoryBudget implements RateLimitBudget {
  readonly #clock: Clock;
  readonly #windows: readonly WindowState[];
  readonly #concurrency: number;
  #inFlight = 0;
  #pausedUntil = -Infinity;
  #round = 0;
  /** Places that are given out in one step while it is not known what the server has left. */
  #ramp = Infinity;
  /** Places given out in this step, and those of them that are not settled. */
  #given = 0;
  #underWay = 0;
  #stepEndsAt = Infinity;
  /** The window that a refusal was for. */
  #full: WindowState | undefined;

  constructor(windows: readonly RateLimitWindow[], clock: Clock, options: MemoryBudgetOptions = {}) {
    const { isCautious = false, isStrict = false, concurrency = Infinity } = options;
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#windows = windows.map((window) => new WindowState(window, isStrict));
    // Others may have used the budget: a quarter of it goes ahead and sees.
    if (isCautious) this.#ramp = Math.ceil(Math.min(...windows.map(({ limit }) => limit)) / 4);
  }

  scout(cost: number): Grant {
    return this.take(cost, cost, true);
  }

  lift(): void {
    this.#pausedUntil = -Infinity;
  }

  take(wanted: number, least: number, isScout = false): Grant {
    const now = this.#clock.now();
    const isPaused = now < this.#pausedUntil && !isScout;
    // Where answers take long, and none was refused, as many more go ahead.
    const isStep = this.#round === 0 && this.#underWay > 0 && this.#ramp < Infinity;
    if (isStep && now >= this.#stepEndsAt) this.#ramp = this.#given * 2;
    const ramp = this.#given > 0 ? this.#ramp - this.#given : Math.max(this.#ramp, least);
    const slots =
      this.#inFlight > 0 ? this.#concurrency - this.#inFlight : Math.max(this.#concurrency, least);
    const room = Math.min(wanted, ramp, slots, ...this.#windows.map((window) => window.room(now, least)));
    const places = isPaused || room < least ? 0 : room;
    if (places > 0) this.#stepEndsAt = now + LONGEST_STEP_MS;
    this.#given += places;
    this.#underWay += places;
    this.#inFlight += places;
    for (const window of this.#windows) window.hold(places, now);
    // When nothing is in the way but what is under way, an answer will tell.
    const waitMs = this.#waitAt(now, least) || (isStep ? Math.max(1, this.#stepEndsAt - now) : Infinity);
    return { places, round: this.#round, at: now, waitMs };
  }

  settle(places: number, round: number, isCounted: boolean, at: number): void {
    const now = this.#clock.now();
    this.#inFlight -= places;
    for (const window of this.#windows) window.settle(places, isCounted, at, now);
    if (round !== this.#round) {
      // It left before the server refused another: more is let through than was seen then.
      if (isCounted) this.#full?.raise(places);
      return;
    }
    if (isCounted) for (const window of this.#windows) window.prove(now);
    else this.#given -= places;
    this.#underWay -= places;
    if (this.#underWay > 0) return;
    // All of this step are answered, and what the server has left is known: twice as many.
    if (this.#given >= this.#ramp) this.#ramp *= 2;
    if (this.#ramp > Math.max(MOST_RAMPED, ...this.#windows.map(({ limit }) => limit))) this.#ramp = Infinity;
    this.#given = 0;
  }

  pause({ ms, round, window: name }: Refused): void {
    const now = this.#clock.now();
    this.#pausedUntil = Math.max(this.#pausedUntil, now + ms);
    if (round !== this.#round) return;
    // If the server does not say which window is full, it is one that lasts as long.
    const byLength = [...this.#windows].sort((a, b) => a.windowMs - b.windowMs);
    this.#full =
      this.#windows.find((window) => window.name === name) ??
      byLength.find(({ windowMs }) => windowMs >= ms) ??
      byLength.at(-1);
    this.#full?.refused(now, ms);
    this.#round += 1;
    this.#ramp = 1;
    this.#given = this.#underWay = 0;
  }

  stall(ms: number): void {
    for (const window of this.#windows) window.stall(ms, this.#clock.now());
  }

  learn(states: readonly RateLimitState[]): void {
    for (const state of states)
      this.#windows.find(({ name }) => name === state.name)?.learn(state, this.#clock.now());
  }

  waitMs(places: number): number {
    return this.#waitAt(this.#clock.now(), places);
  }

  snapshot(): WindowUse[] {
    const now = this.#clock.now();
    return this.#windows.map((window) => {
      const { name, limit, windowMs } = window;
      return { name, limit, windowMs, used: window.used(now), free: window.room(now), isLearned: false };
    });
  }

  #waitAt(now: number, places: number): number {
    const times = this.#windows.map((window) => window.freeAt(now, places));
    return Math.max(now, this.#pausedUntil, ...times) - now;
  }
}
