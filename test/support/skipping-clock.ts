import type { Clock } from "../../templates/client/src/runtime/clock.js";

/** A clock for one call over a real network: a wait takes no time, but the clock goes on by it. */
export class SkippingClock implements Clock {
  #now = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const at = this.#now + ms;
    const turn = setImmediate(() => {
      this.#now = Math.max(this.#now, at);
      callback();
    });
    return () => clearImmediate(turn);
  }
}
