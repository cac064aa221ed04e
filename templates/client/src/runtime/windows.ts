import type { RateLimitState } from "./rate-limit-fields.js";
import type { RateLimitWindow } from "./policy.js";

/** Clocks run at different speeds while they are being set right: by half a thousandth each way (RFC 5905). */
const DRIFT = 1.001;

/** The longest time between attempts to get more than a server allowed, in windows. */
const LONGEST_GAP = 16;

/** Servers round the delay that they tell, and what came together they count one after the other. */
function roundingMs(windowMs: number): number {
  return Math.max(1000, windowMs / 20);
}

/** How much the time to the server may vary from request to request: a part of the window, and at least so many ms. */
const VARIATION = { part: 1 / 8, leastMs: 150 };

/**
 * One window, as the client keeps it. The server counts a request between the moment when it leaves and the one when its
 * answer comes. A place is free again a whole window after that answer or, where it takes long, a window and an eighth
 * (150 ms at least) after the request left: by then the server has counted it, as long as the times of requests to the
 * server differ by no more than that. So no span shorter than `n` windows holds more than `n * limit` requests, and none
 * is refused, however the server counts: in fixed windows, in sliding ones, or by a bucket of that size which refills at
 * that rate (GCRA), since that lets `limit * (1 + span / window)` through in any span. `isStrict`: only the answer counts.
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
  /** When requests were counted at the latest, earliest first: at their answer, or some time after they left. */
  #times: number[] = [];
  #first = 0;
  readonly #isStrict: boolean;

  constructor({ name, limit, windowMs }: RateLimitWindow, isStrict = false) {
    this.#isStrict = isStrict;
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
    return this.#times.length - this.#first;
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
    const excess = Math.max(0, this.used(now) - this.#expected);
    const turn = Math.floor((index - excess) / this.#expected);
    const latest = this.#times[this.#first + index - turn * this.#expected] ?? now;
    const time = Math.min(latest, Math.max(now, latest - this.#latestMs));
    const free = time + (turn + 1) * this.#spanMs;
    return places === 1 ? Math.min(free, Math.max(now, this.#tryAt(now))) : free;
  }

  /** When a request that leaves now is counted at the latest. */
  get #latestMs(): number {
    return this.#isStrict ? Infinity : Math.max(VARIATION.leastMs, this.windowMs * VARIATION.part);
  }

  hold(places: number, now: number): void {
    this.#held += places;
    this.#add(places, now + this.#latestMs);
  }

  settle(places: number, isCounted: boolean, at: number, now: number): void {
    this.#held -= places;
    const latest = at + this.#latestMs;
    if (latest <= now && isCounted) return;
    const index = this.#indexFrom(latest);
    if (this.#times[index] !== latest) return;
    this.#times.splice(index, places);
    if (isCounted) this.#add(places, now);
  }

  /** The process stood still for so long: what is under way may be counted only now. */
  stall(ms: number, now: number): void {
    if (ms > this.#latestMs / 2) this.#add(this.#held, now);
  }

  /** Requests that left after the last refusal were let through: when that is all of them, there is no less. */
  prove(now: number): void {
    if (this.#counted(now) >= this.limit) this.#proven = Infinity;
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
    this.#add(this.limit - remaining - this.used(now), now);
  }

  /**
   * The server refused a request: it allows only as many as will still count when the pause is over. More is tried after
   * it and, where that gets no more through than before, ever more rarely.
   */
  refused(now: number, pauseMs: number): void {
    const after = now + pauseMs - roundingMs(this.windowMs);
    const through = Math.max(
      1,
      this.#times.filter((time) => time <= now && time + this.windowMs > after).length,
    );
    const isSame = this.#proven < Infinity && through < this.#proven * 1.1;
    this.#gapMs = isSame ? Math.min(LONGEST_GAP * this.windowMs, this.#gapMs * 2 || this.windowMs) : 0;
    this.#tryMoreAt = now + this.#gapMs;
    this.#proven = through;
  }

  #add(places: number, time: number): void {
    if (places > 0) this.#times.splice(this.#indexFrom(time), 0, ...Array<number>(places).fill(time));
  }

  /** Where the first time stands that is no earlier. */
  #indexFrom(time: number): number {
    let [low, high] = [this.#first, this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Requests that the server has counted for sure. */
  #counted(now: number): number {
    return this.used(now) && this.#indexFrom(now + 1e-6) - this.#first;
  }
}
