import type { Clock } from "../runtime/clock.js";
import type { RateLimitState } from "../runtime/rate-limit-fields.js";
import type { Emit } from "../runtime/events.js";
import { MemoryBudget } from "../runtime/memory-store.js";
import type { RateLimitWindow } from "../runtime/policy.js";
import type { Grant, RateLimitBudget, Refused, WindowUse } from "../runtime/rate-limit-store.js";
import type { RunScript } from "./client.js";
import { Exchange, type SharedWindow } from "./exchange.js";

/** The share of a process that never saw how many there are. */
const UNKNOWN_SHARE = 1 / 4;

/** Redis is tried again after this at first, then after twice as long each time, in milliseconds. */
const RETRY = { first: 500, longest: 5000 };

/** What a budget needs besides its windows. */
export interface RedisSetup {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly isCautious: boolean;
  readonly share: number | undefined;
  readonly leaseMs: number;
  readonly timeoutMs: number;
}

/** A budget in Redis, or this process's share of it while Redis is gone. */
export class RedisBudget implements RateLimitBudget {
  readonly #setup: RedisSetup;
  readonly #exchange: Exchange;
  #isBusy = false;
  #hasNews = false;
  #question: { wanted: number; least: number; answer: (grant: Grant) => void } | undefined;
  /** While Redis is gone. Its rounds are told apart by being negative. */
  #fallback: MemoryBudget | undefined;
  #retryAt = 0;
  #retryMs = RETRY.first;
  #cancelHeartbeat: (() => void) | undefined;

  constructor(run: RunScript, key: string, windows: readonly RateLimitWindow[], setup: RedisSetup) {
    this.#setup = setup;
    this.#exchange = new Exchange(run, key, windows, setup);
  }

  take(wanted: number, least: number): Promise<Grant> {
    return new Promise((answer) => {
      this.#question = { wanted, least, answer };
      void this.#run();
    });
  }

  settle(places: number, round: number, isCounted: boolean, at: number): void {
    if (round < 0) this.#fallback?.settle(places, fallbackRound(round), isCounted, at);
    this.#exchange.settle(places, round, isCounted);
    void this.#run();
  }

  pause(refused: Refused): void {
    this.#fallback?.pause({ ...refused, round: fallbackRound(refused.round) });
    this.#exchange.pause(refused);
    void this.#run();
  }

  learn(states: readonly RateLimitState[]): void {
    this.#fallback?.learn(states);
    this.#exchange.learn(states);
  }

  waitMs(places: number): number {
    return this.#fallback?.waitMs(places) ?? this.#exchange.waitMs(places);
  }

  snapshot(): WindowUse[] {
    return this.#fallback?.snapshot() ?? this.#exchange.snapshot();
  }

  /** One exchange at a time; what comes up meanwhile goes into the next. */
  async #run(): Promise<void> {
    this.#hasNews = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    // What comes at once is told at once.
    await Promise.resolve();
    while (this.#hasNews || this.#question) {
      this.#hasNews = false;
      await this.#step();
    }
    this.#isBusy = false;
    this.#beat();
  }

  async #step(): Promise<void> {
    const now = this.#setup.clock.now();
    if (this.#fallback) this.#answerAlone(this.#fallback);
    if (this.#fallback && now < this.#retryAt) return;
    const question = this.#question;
    try {
      const reply = await this.#exchange.run(question?.wanted ?? 0, question?.least ?? 0);
      this.#restore();
      if (reply.isStrange) this.#hasNews = true;
      else if (question) this.#answer(question.answer, reply.grant);
    } catch (reason) {
      const failedAt = this.#setup.clock.now();
      // It was this process that was frozen or busy, and not Redis: it asks again.
      if (failedAt - now > this.#setup.timeoutMs * 2) {
        this.#hasNews = true;
        return;
      }
      this.#retryAt = failedAt + this.#retryMs;
      this.#retryMs = Math.min(RETRY.longest, this.#retryMs * 2);
      // Nobody waits for it: whoever asks next will find out.
      if (!this.#question || this.#fallback) return;
      this.#fallback = this.#shareOf();
      this.#setup.emit({ type: "store", state: "degraded", reason: codeOf(reason) });
      this.#answerAlone(this.#fallback);
    }
  }

  #answer(answer: (grant: Grant) => void, grant: Grant): void {
    this.#question = undefined;
    answer(grant);
  }

  #answerAlone(fallback: MemoryBudget): void {
    if (!this.#question) return;
    const { wanted, least, answer } = this.#question;
    const grant = fallback.take(wanted, least);
    this.#exchange.hold(grant.places);
    // Asked again before long, it will see whether Redis is back.
    const waitMs = Math.min(grant.waitMs, 1000);
    this.#answer(answer, { places: grant.places, round: -1 - grant.round, at: grant.at, waitMs });
  }

  #restore(): void {
    this.#retryMs = RETRY.first;
    if (!this.#fallback) return;
    this.#fallback = undefined;
    this.#setup.emit({ type: "store", state: "restored" });
  }

  /** This process's part of what was free when Redis was last seen, less what it has used itself. */
  #shareOf(): MemoryBudget {
    const { clock, isCautious } = this.#setup;
    const { windows, processes, pausedMs } = this.#exchange.known();
    const share = this.#setup.share ?? (processes > 0 ? 1 / processes : UNKNOWN_SHARE);
    const own = windows.map(({ name, windowMs, limit }) => {
      return { name, windowMs, limit: Math.max(1, Math.floor(limit * share)) };
    });
    let at: number | undefined;
    const past: Clock = { now: () => at ?? clock.now(), after: (ms, callback) => clock.after(ms, callback) };
    const budget = new MemoryBudget(own, past, { isCautious, isStrict: true });
    const use = (placesOf: (window: SharedWindow) => number): void => {
      const now = budget.snapshot();
      budget.learn(
        windows.map((window, index) => {
          const { limit = 0, used = 0 } = now[index] ?? {};
          return { name: window.name, remaining: limit - used - placesOf(window) };
        }),
      );
    };
    for (const { places, at: time } of this.#exchange.history()) {
      at = time;
      use(() => places);
    }
    at = undefined;
    const before = new Map(budget.snapshot().map(({ name, used }) => [name, used]));
    const { held } = this.#exchange;
    use(({ name, used }) => Math.max(held, Math.ceil(used * share) - (before.get(name) ?? 0)));
    if (pausedMs > 0) budget.pause({ ms: pausedMs, isTold: true, round: NaN, at: 0 });
    return budget;
  }

  /** While places are held, Redis is told that this process lives. */
  #beat(): void {
    this.#cancelHeartbeat?.();
    const { clock, leaseMs } = this.#setup;
    this.#cancelHeartbeat =
      this.#exchange.held > 0 ? clock.after(leaseMs / 3, () => void this.#run()) : undefined;
  }
}

function fallbackRound(round: number): number {
  return round < 0 ? -1 - round : NaN;
}

/** What kind of failure it was: a message might name hosts or users. */
function codeOf(reason: unknown): string {
  if (!(reason instanceof Error)) return "unknown";
  if ("code" in reason && typeof reason.code === "string") return reason.code;
  return /^[A-Z]{3,}\b/.exec(reason.message)?.[0] ?? reason.name;
}
