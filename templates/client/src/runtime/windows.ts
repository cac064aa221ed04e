import type { RateLimitWindow } from "./operation.js";

/**
 * One window, as the client keeps it: a request holds a place from before it leaves until a whole window after its
 * answer came. The server counts it somewhere in between, so that no span of the window's length ever holds more than
 * the limit, as the server sees it. Servers that count fixed windows, sliding ones, or refill a bucket of that size
 * (GCRA) at that rate all allow what passes this.
 */
export class WindowState {
  readonly limit: number;
  readonly windowMs: number;
  /** What the server has shown to allow; at most the limit. */
  #allowed: number;
  /** Requests that have left and not been answered. */
  #held = 0;
  /** When the places of answered requests become free, earliest first. */
  #releases: number[] = [];
  #first = 0;
  #lastChange = 0;

  constructor({ limit, windowMs }: RateLimitWindow) {
    this.limit = limit;
    this.windowMs = windowMs;
    this.#allowed = limit;
  }

  used(now: number): number {
    while ((this.#releases[this.#first] ?? Infinity) <= now) this.#first += 1;
    // Forgets in large steps, so that each place costs the same in the long run.
    if (this.#first > 1000 && this.#first * 2 > this.#releases.length) {
      this.#releases = this.#releases.slice(this.#first);
      this.#first = 0;
    }
    return this.#held + this.#releases.length - this.#first;
  }

  /** Places that may be taken now. */
  free(now: number): number {
    const used = this.used(now);
    // What was refused once is tried again slowly: one place more for each window that goes by.
    if (this.#allowed < this.limit && now - this.#lastChange >= this.windowMs) {
      this.#allowed += 1;
      this.#lastChange = now;
    }
    return this.#allowed - used;
  }

  /**
   * When the request after `ahead` others could leave, if none takes longer than it has to. Places held now are taken
   * to be free a window from now.
   */
  freeAt(now: number, ahead: number): number {
    const index = ahead - this.free(now);
    if (index < 0) return now;
    const rounds = Math.floor(index / this.#allowed);
    const release = this.#releases[this.#first + (index % this.#allowed)] ?? now + this.windowMs;
    return release + rounds * this.windowMs;
  }

  hold(places: number): void {
    this.#held += places;
  }

  /** The request never left, or was refused. */
  drop(places: number): void {
    this.#held -= places;
  }

  /** The request was let through, and the answer came. */
  settle(places: number, now: number): void {
    this.#held -= places;
    for (let place = 0; place < places; place += 1) this.#releases.push(now + this.windowMs);
    this.#allowed = Math.min(this.limit, Math.max(this.#allowed, this.used(now) - this.#held));
  }

  /** The server says how much is left: what it has counted and this client has not, others have used. */
  learn(remaining: number, now: number): void {
    const unknown = this.limit - remaining - this.used(now);
    for (let place = 0; place < unknown; place += 1) this.#releases.push(now + this.windowMs);
  }

  /** The server refused a request: for now it allows no more than it has let through. */
  refused(now: number): void {
    this.#allowed = Math.max(1, Math.min(this.#allowed, this.used(now) - this.#held));
    this.#lastChange = now;
  }
}
