import type { RateLimitState } from "./delay.js";
import type { RateLimitWindow } from "./policy.js";

/** Clocks run at different speeds while they are being set right: by half a thousandth each way (RFC 5905). */
const DRIFT = 1.001;

/** The longest time between attempts to get more than a server allowed, in windows. */
const LONGEST_GAP = 16;

/** Servers round the delay that they tell, and what came together they count one after the other. */
function roundingMs(windowMs: number): number {
  return Math.max(1000, windowMs / 20);
}

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
  /**
   * What the server let through when it last refused a request. It may have counted that over two of its windows: up to
   * half of it leaves at once, the rest and what is tried beyond one by one, so that one at most is refused.
   */
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

  /** Places that may be held at once. */
  get #safe(): number {
    return Math.min(this.limit, Math.ceil(this.#proven / 2));
  }

  /** Places that there will be: until no more than before was let through again, all of them. */
  get #expected(): number {
    return this.#gapMs > 0 ? Math.min(this.limit, this.#proven) : this.limit;
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
    const free = this.#safe - this.used(now);
    if (free > 0 && free >= Math.min(least, this.#safe)) return Math.max(free, least);
    return now >= this.#tryAt(now) ? least : 0;
  }

  /** When one may leave alone, as long as nothing is under way. */
  #tryAt(now: number): number {
    const used = this.used(now);
    if (this.#held > 0 || used < this.#safe || used >= this.limit) return Infinity;
    return used < this.#proven ? now : this.#tryMoreAt;
  }

  /** When so many places more, 1 or more, could be had, if those that are held now are answered at once. */
  freeAt(now: number, places: number): number {
    const index = places - 1 - this.#expected + this.used(now);
    if (index < 0) return now;
    // What is used beyond that comes free before it counts.
    const excess = Math.max(0, this.#times.length - this.#first - this.#expected);
    const turn = Math.floor((index - excess) / this.#expected);
    const time = this.#times[this.#first + index - turn * this.#expected] ?? now;
    const free = time + (turn + 1) * this.#spanMs;
    return places === 1 ? Math.min(free, Math.max(now, this.#tryAt(now))) : free;
  }

  hold(places: number): void {
    this.#held += places;
  }

  settle(places: number, isCounted: boolean, now: number): void {
    this.#held -= places;
    if (isCounted) this.#count(places, now);
  }

  /** Requests that left after the last refusal were let through: when that is all of them, there is no less. */
  prove(now: number): void {
    if (this.used(now) - this.#held >= this.limit) this.#proven = Infinity;
  }

  /** The server let more through than was seen when it refused. */
  raise(places: number): void {
    this.#proven += places;
  }

  /** The server says how much is left: what it has counted and this client has not, others have used. */
  learn({ remaining, limit = this.limit, windowMs = this.windowMs }: RateLimitState, now: number): void {
    // Less is believed at once, more is tried.
    if (limit > this.limit) this.#proven = Math.min(this.#proven, this.limit);
    this.limit = Math.max(1, limit);
    this.windowMs = windowMs;
    this.#count(this.limit - remaining - this.used(now), now);
  }

  /**
   * The server refused a request: it allows only as many as will still count when the pause is over. More is tried after
   * it and, where that gets no more through than before, ever more rarely.
   */
  refused(now: number, pauseMs: number): void {
    const after = now + pauseMs - roundingMs(this.windowMs);
    const through = Math.max(1, this.#times.filter((time) => time + this.windowMs > after).length);
    const isSame = this.#proven < Infinity && through < this.#proven * 1.1;
    this.#gapMs = isSame ? Math.min(LONGEST_GAP * this.windowMs, this.#gapMs * 2 || this.windowMs) : 0;
    this.#tryMoreAt = now + this.#gapMs;
    this.#proven = through;
  }

  #count(places: number, now: number): void {
    for (let place = 0; place < places; place += 1) this.#times.push(now);
  }
}
