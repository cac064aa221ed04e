import type { Clock } from "../../templates/client/src/runtime/clock.js";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

function earliest(timers: readonly Timer[]): Timer | undefined {
  return timers.toSorted((a, b) => a.at - b.at)[0];
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** More timers are a loop without end. */
const MOST_STEPS = 1_000_000;

/** A clock that stands still until it is moved, and then calls back what is due, in order. */
export class VirtualClock implements Clock {
  #now = 0;
  #timers: Timer[] = [];
  readonly #settle: () => Promise<void>;

  /** What is waited for before time goes on: that promises have settled, unless given. */
  constructor(settle: () => Promise<void> = turns) {
    this.#settle = settle;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass without calling anybody back, as for a process that is frozen. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Lets so much time pass, and calls back what is due in it. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.run(until);
    this.#now = until;
  }

  /** Moves from timer to timer until none is left, letting promises settle in between. */
  async run(until = Infinity): Promise<void> {
    for (let steps = 0; ; steps += 1) {
      if (steps > MOST_STEPS) throw new Error(`Time does not come to an end: it is ${this.#now} ms.`);
      await this.#settle();
      const next = earliest(this.#timers);
      if (!next || next.at > until) return;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
  }
}
