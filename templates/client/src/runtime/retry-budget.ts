import type { Clock } from "./clock.js";
import type { CallLifetime } from "./layer.js";
import type { RetryBudgetOptions } from "./options.js";

/** Probes of an outage come after this at first, then after twice as long each time, in milliseconds. */
const PROBE = { first: 500, longest: 30_000 };

interface Waiting {
  readonly until: number;
  readonly settle: (mayGo: boolean) => void;
}

/**
 * What retries may cost, so that they carry a call over a restart and do not make an outage worse. A retry takes a token,
 * and gives it back if it succeeds; each success gives a part of one. Without a token, calls wait behind one probe: the
 * first success, of whatever call, lets them go on one after the other.
 */
export class RetryBudget {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #share: number;
  readonly #waitMs: number;
  #tokens: number;
  readonly #waiting = new Set<Waiting>();
  /** Since when nothing has succeeded. */
  #downSince: number | undefined;
  #probeMs = PROBE.first;
  #cancelProbe: (() => void) | undefined;

  constructor(clock: Clock, { tokens = 20, share = 0.2, waitMs = 30_000 }: RetryBudgetOptions = {}) {
    this.#clock = clock;
    this.#most = this.#tokens = tokens;
    this.#share = share;
    this.#waitMs = waitMs;
  }

  succeed(isRetry: boolean): void {
    this.#tokens = Math.min(this.#most, this.#tokens + this.#share + (isRetry ? 1 : 0));
    this.#downSince = undefined;
    this.#probeMs = PROBE.first;
    for (const waiting of this.#waiting) {
      if (this.#tokens < 1) break;
      this.#tokens -= 1;
      waiting.settle(true);
    }
  }

  /** Whether a call that failed may be sent again; resolves when it may. */
  async take(lifetime: CallLifetime): Promise<boolean> {
    const now = this.#clock.now();
    this.#downSince ??= now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return true;
    }
    const restMs = lifetime.deadline - performance.now();
    const until = restMs < Infinity ? now + restMs : this.#downSince + this.#waitMs;
    if (until <= now) return false;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(until - now, () => waiting.settle(false));
      const stop = (): void => waiting.settle(false);
      const settle = (mayGo: boolean): void => {
        cancel();
        lifetime.offEnd(stop);
        this.#waiting.delete(waiting);
        if (this.#waiting.size === 0) this.#stopProbing();
        resolve(mayGo);
      };
      const waiting = { until, settle };
      this.#waiting.add(waiting);
      lifetime.onEnd(stop);
      this.#cancelProbe ??= this.#probeLater();
    });
  }

  #stopProbing(): void {
    this.#cancelProbe?.();
    this.#cancelProbe = undefined;
  }

  #probeLater(): () => void {
    const delayMs = this.#probeMs * (0.75 + Math.random() / 2);
    this.#probeMs = Math.min(PROBE.longest, this.#probeMs * 2);
    return this.#clock.after(delayMs, () => {
      this.#cancelProbe = undefined;
      const [first] = this.#waiting;
      first?.settle(true);
      if (this.#waiting.size > 0) this.#cancelProbe ??= this.#probeLater();
    });
  }
}
