import type { RateLimitState } from "./delay.js";
import type { RateLimitWindow } from "./operation.js";

/** Clocks run at different speeds while they are being set right: by half a thousandth each way (RFC 5905). */
const DRIFT = 1.001;

/** The longest time between attempts to get more than a server allowed, in windows. */
const LONGEST_GAP = 16;

/**
 * One window, as the client keeps it. A place is taken from before a request leaves until a whole window after its
 * answer came. The server counts the request in between, so that requests which use one place after the other are
 * counted more than a window apart, and no span shorter than `n` windows holds more than `n * limit` of them. Therefore
 * none is refused, however the server counts: in fixed windows, in sliding ones, or by a bucket of that size which
 * refills at that rate (GCRA), since that lets `limit * (1 + span / window)` through in any span.
 */
export class WindowState {
  readonly name: string;
  limit: number;
  windowMs: number;
  /** What the server let through when it last refused a request; more is tried one by one. */
  #proven = Infinity;
  #tryMoreAt = 0;
  #gapMs = 0;
  /** Requests that have left and not been answered. */
  #held = 0;
  /** When the others were answered, earliest first. */
  #times: number[] = [];
  #first = 0;

  constructor({ name, limit, windowMs }: RateLimitWindow) {
    this.name = name;
    this.limit = limit;
    this.windowMs = windowMs;
  }

  get #allowed(): number {
    return Math.min(this.limit, this.#proven);
  }

  get #spanMs(): number {
    return this.windowMs * DRIFT;
  }

  used(now: number): number {
    while ((this.#times[this.#first] ?? Infinity) + this.#spanMs <= now) this.#first += 1;
    // Forgets in large steps, so that each place costs the same in the long run.
    if (this.#first > 1000 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
    return this.#held + this.#times.length - this.#first;
  }

  /** Places for a request that needs `least` of them. One that needs more than there are takes all of them. */
  room(now: number, least = 1): number {
    const used = this.used(now);
    const free = this.#allowed - used;
    if (free > 0 && free >= Math.min(least, this.#allowed)) return Math.max(free, least);
    return this.#mayTry(now) && now >= this.#tryMoreAt ? least : 0;
  }

  #mayTry(now: number): boolean {
    const used = this.used(now);
    return this.#held === 0 && used >= this.#proven && used < this.limit;
  }

  /** When so many places more, 1 or more, could be had, if those that are held now are answered at once. */
  freeAt(now: number, places: number): number {
    const index = places - 1 - this.#allowed + this.used(now);
    if (index < 0) return now;
    // What is used beyond what is allowed comes free before it counts.
    const excess = Math.max(0, this.#times.length - this.#first - this.#allowed);
    const turn = Math.floor((index - excess) / this.#allowed);
    const time = this.#times[this.#first + index - turn * this.#allowed] ?? now;
    const free = time + (turn + 1) * this.#spanMs;
    return places === 1 && this.#mayTry(now) ? Math.min(free, Math.max(now, this.#tryMoreAt)) : free;
  }

  hold(places: number): void {
    this.#held += places;
  }

  settle(places: number, isCounted: boolean, now: number): void {
    this.#held -= places;
    if (!isCounted) return;
    this.#count(places, now);
    this.prove(this.used(now) - this.#held);
  }

  /** The server let so many through. */
  prove(places: number): void {
    if (places > this.#proven) this.#proven = places;
  }

  get proven(): number {
    return this.#proven;
  }

  /** The server says how much is left: what it has counted and this client has not, others have used. */
  learn({ remaining, limit = this.limit, windowMs = this.windowMs }: RateLimitState, now: number): void {
    // Less is believed at once, more is tried.
    if (limit > this.limit) this.#proven = this.#allowed;
    this.limit = Math.max(1, limit);
    this.windowMs = windowMs;
    this.#count(this.limit - remaining - this.used(now), now);
  }

  /**
   * The server refused a request: it allows only as many as will still count when the pause is over. More is tried
   * after it and, where that is refused for the same number again, ever more rarely.
   */
  refused(now: number, pauseMs: number): void {
    const through = Math.max(1, this.#times.filter((time) => time + this.windowMs > now + pauseMs).length);
    this.#gapMs =
      through >= this.#proven ? Math.min(LONGEST_GAP * this.windowMs, this.#gapMs * 2 || this.windowMs) : 0;
    this.#proven = Math.min(this.#proven, through);
    this.#tryMoreAt = now + this.#gapMs;
  }

  #count(places: number, now: number): void {
    for (let place = 0; place < places; place += 1) this.#times.push(now);
  }
}
