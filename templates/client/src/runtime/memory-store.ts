import type { Clock } from "./clock.js";
import type { RateLimitState } from "./delay.js";
import type { RateLimitWindow } from "./operation.js";
import type { Budget, Lease, Outcome, RateLimitStore, WindowUse } from "./rate-limit-store.js";
import { WindowState } from "./windows.js";

/** Keeps the places in this process. `isCautious`: the server says what is left, and is given the time to. */
export function memoryStore(clock: Clock, isCautious = false): RateLimitStore {
  return { budget: (_name, windows) => new MemoryBudget(windows, clock, isCautious) };
}

/** Windows in memory. */
export class MemoryBudget implements Budget {
  readonly #clock: Clock;
  readonly #windows: readonly WindowState[];
  #pausedUntil = -Infinity;
  /** Requests that may be under way at once, while it is not known what the server has left. */
  #ramp: number;
  /** Those that left since the ramp began, and those of them that were let through since its last step. */
  #underWay = 0;
  #through = 0;
  #pauses = 0;

  constructor(windows: readonly RateLimitWindow[], clock: Clock, isCautious: boolean) {
    this.#clock = clock;
    this.#windows = windows.map((window) => new WindowState(window));
    // Others may have used the budget: a quarter of it goes ahead and sees.
    this.#ramp = isCautious ? Math.ceil(Math.min(...windows.map(({ limit }) => limit)) / 4) : Infinity;
  }

  acquire(cost: number): Lease | number {
    const now = this.#clock.now();
    const waitMs = this.waitMs(0);
    if (waitMs > 0) return waitMs;
    // Only an answer can tell.
    if (this.#underWay >= this.#ramp || !this.#windows.every((window) => window.fits(cost, now))) {
      return Infinity;
    }
    this.#underWay += 1;
    for (const window of this.#windows) window.hold(cost);
    const pauses = this.#pauses;
    return {
      settle: (outcome) => {
        for (const window of this.#windows) window.settle(cost, outcome, this.#clock.now());
        if (pauses === this.#pauses) this.#step(outcome);
      },
    };
  }

  waitMs(ahead: number): number {
    const now = this.#clock.now();
    const times = this.#windows.map((window) => window.freeAt(now, ahead));
    return Math.max(now, this.#pausedUntil, ...times) - now;
  }

  pause(ms: number): void {
    const now = this.#clock.now();
    // Refusals of requests that left together are one. The window that is full is one that lasts as long.
    const byLength = this.#windows.toSorted((a, b) => a.windowMs - b.windowMs);
    if (now >= this.#pausedUntil) {
      (byLength.find(({ windowMs }) => windowMs >= ms) ?? byLength.at(-1))?.refused(now);
    }
    this.#pausedUntil = Math.max(this.#pausedUntil, now + ms);
    this.#pauses += 1;
    this.#ramp = 1;
    this.#underWay = this.#through = 0;
  }

  learn(states: readonly RateLimitState[]): void {
    for (const state of states) {
      const { name, windowMs } = state;
      const window =
        this.#windows.find((own) => own.name === name) ??
        this.#windows.find((own) => own.windowMs === windowMs);
      window?.learn(state, this.#clock.now());
    }
  }

  snapshot(): WindowUse[] {
    const now = this.#clock.now();
    return this.#windows.map((window) => {
      const { name, limit } = window;
      return { name, limit, used: window.used(now), free: window.free(now) };
    });
  }

  /** Twice as many may be under way when as many as could be were let through. */
  #step(outcome: Outcome): void {
    this.#underWay -= 1;
    if (outcome === "refused" || outcome === "unsent") return;
    this.#through += 1;
    if (this.#through < this.#ramp) return;
    this.#through = 0;
    this.#ramp *= 2;
    if (this.#ramp > Math.max(...this.#windows.map(({ limit }) => limit))) this.#ramp = Infinity;
  }
}
