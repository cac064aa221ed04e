/** What is kept of the past. */
const MOST_TIMES = 2000;

/** Each guess at the length of a window is so many times the last. */
export const STEP: number = 1.6;

/** Clocks and connections vary: a window is taken for so much longer than it was seen to be. */
const MARGIN = 1.02;

/**
 * A window that nobody has stated, inferred from what was let through and what was refused: so many requests in so much
 * time. Times are those at which requests left.
 */
export class LearnedWindow {
  limit: number = Infinity;
  windowMs: number = 0;
  /** One request more than the limit was refused within this time: the window is longer. */
  #tooShortMs = 0;
  #times: number[] = [];
  #refusedAt: number | undefined;
  /** Let through since the last refusal. */
  #through = 0;
  /** When it is tried next whether the window is shorter, and how long after that again. */
  #tryAt = 0;
  #gap = 1;

  /** It was no window that a request was refused for. */
  forget(): void {
    this.limit = Infinity;
    this.#refusedAt = undefined;
  }

  used(now: number): number {
    const from = now - this.windowMs * MARGIN;
    let count = 0;
    for (let index = this.#times.length - 1; index >= 0 && (this.#times[index] ?? 0) > from; index -= 1)
      count += 1;
    return count;
  }

  room(now: number, inFlight: number, least: number): number {
    if (this.limit === Infinity) return Infinity;
    const free = this.limit - this.used(now) - inFlight;
    if (free >= Math.min(least, this.limit)) return Math.max(free, least);
    return this.isTrial(now, inFlight) ? least : 0;
  }

  /** Whether all places are free again by a guess that nothing has confirmed: one goes first, and sees. */
  isGuess(now: number, inFlight: number): boolean {
    const isSure = this.#through >= 2 * this.limit;
    return this.limit < Infinity && !isSure && inFlight === 0 && this.#through > 0 && this.used(now) === 0;
  }

  /** Whether one that leaves now would try for more than is known to be let through. */
  isTrial(now: number, inFlight: number): boolean {
    return this.limit < Infinity && inFlight === 0 && this.used(now) >= this.limit && now >= this.#trialAt();
  }

  freeAt(now: number, inFlight: number): number {
    if (this.limit === Infinity) return now;
    const time = this.#times[this.#times.length - this.limit + inFlight];
    if (time === undefined) return now;
    return Math.min(time + this.windowMs * MARGIN, Math.max(now, inFlight > 0 ? Infinity : this.#trialAt()));
  }

  /** Halfway between what was too short and what is long enough. */
  #trialAt(): number {
    const oldest = this.#oldest();
    const isKnown = this.windowMs < this.#tooShortMs * 1.15;
    const trialMs = isKnown ? this.windowMs * 0.93 : Math.sqrt(this.windowMs * this.#tooShortMs);
    return Math.max(oldest + trialMs, this.#tryAt);
  }

  /** When the oldest of the last `limit` requests left. */
  #oldest(): number {
    return this.#times[this.#times.length - this.limit] ?? -Infinity;
  }

  /** Requests that left then were let through; `isAfter`: after the last refusal. */
  add(places: number, at: number, isAfter: boolean): void {
    if (isAfter && this.#refusedAt !== undefined && this.limit === Infinity) this.#infer(at);
    if (isAfter && this.limit < Infinity) {
      const elapsed = at - this.#oldest();
      if (elapsed < this.windowMs) this.windowMs = Math.max(elapsed, this.windowMs * 0.6);
    }
    for (let place = 0; place < places; place += 1) {
      let index = this.#times.length;
      while (index > 0 && (this.#times[index - 1] ?? 0) > at) index -= 1;
      this.#times.splice(index, 0, at);
    }
    if (isAfter) this.#through += places;
    if (this.#times.length > 2 * MOST_TIMES) this.#times = this.#times.slice(-MOST_TIMES);
  }

  /** The first that got through after the first refusal tells how long the window is. */
  #infer(at: number): void {
    const refusedAt = this.#refusedAt ?? at;
    const from = refusedAt - 2 * (at - refusedAt);
    const times = this.#times.filter((time) => time >= from);
    // Refused before anything was let through: that was not for this client's own rate.
    if (times.length === 0) return this.forget();
    this.limit = times.length;
    this.windowMs = at - (times[0] ?? refusedAt);
    this.#tooShortMs = this.windowMs / STEP;
  }

  /** A request that left then was refused; `until`: until when, if the server told it. */
  refused(at: number, until: number | undefined): void {
    const since = at - (this.#refusedAt ?? at);
    const through = this.#through;
    this.#refusedAt = at;
    this.#through = 0;
    if (this.limit === Infinity) return;
    const elapsed = at - this.#oldest();
    if (this.used(at) >= this.limit) {
      this.#tooShortMs = Math.max(this.#tooShortMs, Math.min(elapsed, this.windowMs));
      this.#gap = Math.min(16, this.#gap * 2);
    } else if (through > 0 && through < this.limit) {
      // Places come back one by one, as in a bucket that leaks.
      this.windowMs = Math.max(this.windowMs, (this.limit * since) / through);
      this.#tooShortMs = this.windowMs * (through < this.limit / 2 ? 0.7 : 0.95);
    } else {
      // All of them had been free again: the window is longer.
      this.#tooShortMs = elapsed;
      this.windowMs = until === undefined ? elapsed * STEP : Math.max(elapsed, until - this.#oldest());
    }
    this.#tryAt = at + this.#gap * this.windowMs;
  }
}
