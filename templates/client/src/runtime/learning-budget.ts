import type { Clock } from "./clock.js";
import { LearnedWindow, STEP } from "./learned-window.js";
import { MemoryBudget } from "./memory-store.js";
import type { Backoff } from "./policy.js";
import { PLAUSIBLE_MS, type RateLimitState } from "./rate-limit-fields.js";
import type { Grant, OpenLearning, RateLimitBudget, Refused, WindowUse } from "./rate-limit-store.js";

/** Requests that may be under way before anything is known, and how many more for each that gets through. */
const START = 7;
const GROWTH = 0.25;
/** The same after a refusal, from one: not much of the next window is lost by it. */
const REGROWTH = 0.5;

/** A limit on requests under way is tried again after so many that got through, and ever more rarely. */
const TRY_MORE_AFTER = 200;

/** What the server says is left of a window whose length it does not say. */
interface Quota {
  left: number;
  readonly limit: number;
  readonly resetAt: number;
  /** How long it lasts, as told when it had just begun: at least, and at most. */
  readonly lengthMs: number;
  readonly shortestMs: number;
  /** When it began, if that is known. */
  readonly startedAt: number;
  /** When the last answer told of it. */
  readonly toldAt: number;
}

/**
 * The budget of an API that states no limits: it starts gently, grows while nothing is refused, and keeps below what it
 * finds. Where the server states its windows in a header, those are kept from then on.
 */
export class LearningBudget implements RateLimitBudget {
  readonly #clock: Clock;
  readonly #firstGuessMs: number;
  readonly #longestGuessMs: number;
  readonly #window = new LearnedWindow();
  readonly #quotas = new Map<string, Quota>();
  #stated: MemoryBudget | undefined;
  #inFlight = 0;
  #cap = START;
  /** How many the server takes at a time. */
  #concurrency: number;
  /** That was found out, and not stated. */
  #isFound = false;
  #tryMoreAfter = TRY_MORE_AFTER;
  /** Let through since the concurrency was last tried. */
  #sinceTrial = 0;
  /** Refusals so far; requests that left before the last one carry a lower number. */
  #round = 0;
  #pausedUntil = -Infinity;
  #refusedAt = -Infinity;
  /** Nothing got through since the last refusal: one goes first. */
  #isProbing = false;
  /** Requests that left before the last refusal and are still under way, and how many of those were let through. */
  #older = 0;
  #olderAtFirst = 0;
  #late = 0;
  /** While those are under way, one may leave for each that was let through: the server may take only so many at a time. */
  #permits = 0;

  constructor(clock: Clock, guesses: Pick<Backoff, "initialMs" | "maxMs">, concurrency: number = Infinity) {
    this.#clock = clock;
    this.#firstGuessMs = guesses.initialMs;
    this.#longestGuessMs = guesses.maxMs;
    this.#concurrency = concurrency;
  }

  scout(cost: number): Grant {
    return this.take(cost, cost, true);
  }

  lift(): void {
    this.#stated?.lift();
    this.#pausedUntil = -Infinity;
    this.#isProbing = false;
    this.#cap = Math.max(this.#cap, START);
    this.#window.forget();
  }

  take(wanted: number, least: number, isScout = false): Grant {
    if (this.#stated) {
      const grant = this.#stated.take(wanted, least, isScout);
      return { ...grant, round: grant.round + this.#round };
    }
    const at = this.#clock.now();
    const room = at < this.#pausedUntil && !isScout ? 0 : this.#room(at, least);
    const places = room < least ? 0 : Math.min(wanted, room);
    if (places > 0) this.#leave(places, at);
    return { places, round: this.#round, at, waitMs: places > 0 ? 0 : this.#waitMs(at) || Infinity };
  }

  #room(at: number, least: number): number {
    if (this.#older > 0) return Math.floor(this.#permits);
    if (this.#isProbing && this.#inFlight > 0) return 0;
    const most = Math.min(this.#cap, this.#concurrency);
    const quotas = [...this.#quotas.values()].map((quota) => this.#leftOf(quota, at, least));
    const room = Math.min(this.#isProbing ? least : Math.max(most, least) - this.#inFlight, ...quotas);
    if (this.#quotas.size > 0) return room;
    const free = this.#window.room(at, this.#inFlight, least);
    return Math.min(room, this.#window.isGuess(at, this.#inFlight) ? least : free);
  }

  /** After a reset it is not known how much there is again: one goes, and its answer tells. */
  #leftOf({ left, resetAt }: Quota, at: number, least: number): number {
    const free = left - this.#inFlight;
    return free >= least || at < resetAt || this.#inFlight > 0 ? free : least;
  }

  #leave(places: number, at: number): void {
    if (this.#older > 0) this.#permits -= places;
    else if (
      this.#quotas.size === 0 &&
      (this.#window.isGuess(at, this.#inFlight) || this.#window.isTrial(at, this.#inFlight))
    )
      this.#cap = 1;
    this.#inFlight += places;
  }

  settle(places: number, round: number, isCounted: boolean, at: number): void {
    if (this.#stated) this.#stated.settle(places, round - this.#round, isCounted, at);
    this.#inFlight -= places;
    if (isCounted) this.#window.add(places, at, round === this.#round);
    if (round !== this.#round) return this.#settleOlder(places, isCounted);
    if (!isCounted) return;
    this.#isProbing = false;
    this.#cap += (this.#window.limit < Infinity ? REGROWTH : GROWTH) * places;
    this.#sinceTrial += places;
    if (this.#sinceTrial < this.#tryMoreAfter || !this.#isFound) return;
    this.#sinceTrial = 0;
    this.#concurrency += 1;
  }

  /** Requests that left before the last refusal: were they let through though it came first, it was for their number. */
  #settleOlder(places: number, isCounted: boolean): void {
    if (this.#older === 0) return;
    this.#older = Math.max(0, this.#older - places);
    if (isCounted) {
      this.#late += places;
      this.#permits += places;
    }
    if (this.#older > 0) return;
    // Where most were refused as well, it was for their rate.
    if (this.#concurrency < Infinity || this.#late < 2 || this.#late * 2 < this.#olderAtFirst)
      return this.#guess();
    this.#concurrency = this.#cap = this.#late;
    this.#isFound = true;
    this.#window.forget();
    this.#isProbing = false;
  }

  pause({ ms, round, at, isTold }: Refused): void {
    const now = this.#clock.now();
    if (this.#stated) {
      return this.#stated.pause({ ms, round: round - this.#round, at, isTold });
    }
    if (isTold) this.#pausedUntil = Math.max(this.#pausedUntil, now + ms);
    if (round !== this.#round) return;
    this.#round += 1;
    const others = this.#inFlight - 1;
    const wasOlder = this.#older > 0;
    const isSame = this.#isProbing || wasOlder;
    this.#older = this.#late = this.#permits = 0;
    if (this.#isFound && others >= this.#concurrency - 1 && !isTold) {
      this.#concurrency = Math.max(1, Math.min(this.#concurrency - 1, others));
      this.#tryMoreAfter *= 2;
      this.#sinceTrial = 0;
      return;
    }
    if (this.#isFound) this.#concurrency = Infinity;
    this.#isFound = false;
    if (!isSame) this.#refusedAt = now;
    if (!isSame || this.#window.limit < Infinity) this.#window.refused(at, isTold ? now + ms : undefined);
    this.#isProbing = true;
    this.#cap = 1;
    if (isTold) return;
    // This one is settled with them.
    if (others > 0 && !wasOlder) this.#older = this.#olderAtFirst = this.#inFlight;
    else this.#guess();
  }

  /** Once something is known of the window, it tells when to go on. */
  #guess(): void {
    if (this.#window.limit < Infinity) return;
    const now = this.#clock.now();
    const soFar = now - this.#refusedAt;
    const guess = Math.min(Math.max(this.#firstGuessMs, soFar * STEP), soFar + this.#longestGuessMs);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#refusedAt + guess);
  }

  learn(states: readonly RateLimitState[], at: number): void {
    const now = this.#clock.now();
    if (this.#stated) return this.#stated.learn(states);
    const windows = states.flatMap(({ name, limit, windowMs }) =>
      limit && windowMs ? { name, limit, windowMs } : [],
    );
    if (windows.length > 0) {
      const concurrency = this.#concurrency;
      this.#stated = new MemoryBudget(windows, this.#clock, { concurrency });
      this.#stated.take(this.#inFlight, 1);
      return this.#stated.learn(states);
    }
    for (const { name, remaining, limit = remaining, resetMs, isConcurrency } of states) {
      if (isConcurrency) this.#concurrency = limit;
      if (isConcurrency || resetMs === undefined || resetMs > PLAUSIBLE_MS) continue;
      const before = this.#quotas.get(name);
      // Answers may overtake each other: more is believed of a request that left after the last answer.
      const isNew = !before || at >= before.toldAt;
      const left = isNew ? remaining : Math.min(before.left, remaining);
      const most = Math.max(before?.limit ?? 0, limit, remaining);
      const hasBegun = remaining >= most - 1 && most > 1;
      const startedAt = hasBegun ? at : (before?.startedAt ?? -Infinity);
      const shortestMs = Math.min(before?.shortestMs ?? Infinity, hasBegun ? now + resetMs - at : Infinity);
      // Moments are told in whole seconds, rounded up: what was told of an earlier window may say it better.
      const early = startedAt + shortestMs;
      const resetAt = early > now && now + resetMs - early < 1000 ? early : now + resetMs;
      const lengthMs = Math.max(before?.lengthMs ?? 0, resetMs);
      this.#quotas.set(name, { left, limit: most, resetAt, lengthMs, shortestMs, startedAt, toldAt: now });
    }
  }

  waitMs(places: number): number {
    if (this.#stated) return this.#stated.waitMs(places);
    return this.#waitMs(this.#clock.now());
  }

  #waitMs(now: number): number {
    const resets = [...this.#quotas.values()].flatMap(({ left, resetAt }) =>
      left <= this.#inFlight ? resetAt : [],
    );
    const free = this.#quotas.size > 0 ? now : this.#window.freeAt(now, this.#inFlight);
    return Math.max(now, this.#pausedUntil, free, ...resets) - now;
  }

  snapshot(): WindowUse[] {
    const now = this.#clock.now();
    if (this.#stated) return this.#stated.snapshot().map((use) => ({ ...use, isLearned: true }));
    const uses: WindowUse[] = [...this.#quotas].map(([name, { limit, left, lengthMs: windowMs }]) => {
      return {
        name,
        limit,
        windowMs,
        used: limit - left,
        free: Math.max(0, left - this.#inFlight),
        isLearned: true,
      };
    });
    if (uses.length === 0 && this.#window.limit < Infinity) {
      const { limit, windowMs } = this.#window;
      const used = Math.min(limit, this.#window.used(now) + this.#inFlight);
      uses.push({ name: "learned", limit, windowMs, used, free: limit - used, isLearned: true });
    }
    const most = this.#concurrency;
    if (most < Infinity) {
      const [used, free] = [this.#inFlight, Math.max(0, most - this.#inFlight)];
      uses.push({ name: "concurrency", limit: most, windowMs: 0, used, free, isLearned: this.#isFound });
    }
    return uses;
  }
}

/** Opens a budget for an API that states no limits. */
export const learning: OpenLearning = (clock, guesses, concurrency) =>
  new LearningBudget(clock, guesses, concurrency);
