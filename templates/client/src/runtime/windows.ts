import type { RateLimitState } from "./delay.js";
import type { RateLimitWindow } from "./operation.js";
import type { Outcome } from "./rate-limit-store.js";

/** Clocks run at different speeds while they are being set right: by half a thousandth each way (RFC 5905). */
const DRIFT = 1.001;

/** A request that was given up may still be on its way: its place stays taken for longer. */
const LOST = 1.05;

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
  readonly windowMs: number;
  readonly #most: number;
  /** What the server says that it allows; no more than the spec does. */
  #limit: number;
  /** What the server let through when it last refused one; more is tried one by one. */
  #proven = Infinity;
  #tryMoreAt = 0;
  #gapMs = 0;
  /** Requests that have left and not been answered. */
  #held = 0;
  /** When the places of the others become free, earliest first. */
  #releases: number[] = [];
  #first = 0;

  constructor({ name, limit, windowMs }: RateLimitWindow) {
    this.name = name;
    this.windowMs = windowMs;
    this.#most = this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  get #allowed(): number {
    return Math.min(this.#limit, this.#proven);
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
    const free = Math.max(0, this.#allowed - used);
    const mayTry = used < this.#limit && this.#held === 0 && now >= this.#tryMoreAt;
    return free || Number(mayTry);
  }

  /** Whether a request may leave now. What costs more than all places together takes all of them. */
  fits(cost: number, now: number): boolean {
    return this.free(now) >= Math.min(cost, this.#allowed);
  }

  /**
   * When the request after `ahead` others could leave, if none takes longer than it has to. Places held now are taken
   * to be free a window from now.
   */
  freeAt(now: number, ahead: number): number {
    const index = ahead - this.#allowed + this.used(now);
    if (index < 0 || (ahead === 0 && this.free(now) > 0)) return now;
    const release = this.#releases[this.#first + (index % this.#allowed)] ?? now + this.windowMs;
    return release + Math.floor(index / this.#allowed) * this.windowMs;
  }

  hold(places: number): void {
    this.#held += places;
  }

  settle(places: number, outcome: Outcome, now: number): void {
    this.#held -= places;
    if (outcome === "refused" || outcome === "unsent") return;
    this.#take(places, now + this.windowMs * (outcome === "lost" ? LOST : DRIFT));
    this.#proven = Math.max(this.#proven, this.used(now) - this.#held);
    if (this.#proven >= this.#limit) this.#proven = Infinity;
  }

  /** The server says how much is left: what it has counted and this client has not, others have used. */
  learn({ remaining, limit = this.#most }: RateLimitState, now: number): void {
    this.#limit = Math.max(1, Math.min(this.#most, limit));
    this.#take(this.#limit - remaining - this.used(now), now + this.windowMs * DRIFT);
  }

  /**
   * The server refused a request, and so allows less than was thought: only what it let through, at once. More is tried
   * after the pause, and, where that is refused for the same number again, ever more rarely.
   */
  refused(now: number): void {
    const through = Math.max(1, this.used(now) - this.#held);
    const isSame = through >= this.#proven;
    this.#gapMs = isSame ? Math.min(LONGEST_GAP * this.windowMs, this.#gapMs * 2 || this.windowMs) : 0;
    this.#proven = Math.min(this.#proven, through);
    this.#tryMoreAt = now + this.#gapMs;
  }

  #take(places: number, until: number): void {
    for (let place = 0; place < places; place += 1) this.#releases.push(until);
  }
}
