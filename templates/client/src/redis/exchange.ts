import type { Clock } from "../runtime/clock.js";
import type { RateLimitState } from "../runtime/rate-limit-fields.js";
import type { RateLimitWindow } from "../runtime/policy.js";
import type { Grant, Refused, WindowUse } from "../runtime/rate-limit-store.js";
import type { RunScript } from "./client.js";

/** A window as it was last seen. */
export interface SharedWindow extends RateLimitWindow {
  readonly allowed: number;
  readonly used: number;
  /** When a place would be free, from when it was seen. */
  readonly nextMs: number;
}

/** What came back. */
export interface Reply {
  /** The state is not the one that was known: Redis has lost it, and has to be told everything. */
  readonly isStrange: boolean;
  readonly grant: Grant;
}

interface Settled {
  readonly id: number;
  readonly places: number;
  readonly at: number;
}

interface View {
  readonly windows: readonly SharedWindow[];
  readonly processes: number;
  readonly pausedUntil: number;
  readonly at: number;
}

interface Setup {
  readonly clock: Clock;
  readonly isCautious: boolean;
  readonly leaseMs: number;
  readonly timeoutMs: number;
}

/** What a process has to tell the others, and what it knows of them. */
export class Exchange {
  /** Names what this process tells. */
  readonly #me: string = crypto.getRandomValues(new Uint32Array(3)).join("-");
  readonly #run: RunScript;
  readonly #key: string;
  readonly #windows: readonly RateLimitWindow[];
  readonly #setup: Setup;
  #view: View | undefined;
  /** The name of the state that Redis holds. */
  #state = "";
  /** Places of requests under way; of this round; of an earlier one, let through; and not counted. */
  held = 0;
  #round = 0;
  #underWay = 0;
  #through = 0;
  #late = 0;
  #returned = 0;
  /** What was answered in the longest window, and how much of it Redis knows. */
  #history: Settled[] = [];
  #told = 0;
  #count = 0;
  #pause: { readonly until: number; readonly round: number; readonly window: string | undefined } | undefined;
  readonly #learned = new Map<string, RateLimitState>();

  constructor(run: RunScript, key: string, windows: readonly RateLimitWindow[], setup: Setup) {
    this.#run = run;
    this.#key = key;
    this.#windows = windows;
    this.#setup = setup;
  }

  hold(places: number): void {
    this.held += places;
  }

  settle(places: number, round: number, isCounted: boolean): void {
    this.held -= places;
    if (isCounted) this.#history.push({ id: ++this.#count, places, at: this.#setup.clock.now() });
    if (round === this.#round) {
      this.#underWay -= places;
      if (isCounted) this.#through += places;
      else this.#returned += places;
    } else if (isCounted && round >= 0) this.#late += places;
  }

  pause({ ms, round, window }: Refused): void {
    const until = this.#setup.clock.now() + ms;
    this.#pause = this.#pause
      ? { ...this.#pause, until: Math.max(this.#pause.until, until) }
      : { until, round, window };
  }

  learn(states: readonly RateLimitState[]): void {
    for (const state of states) {
      const remaining = Math.min(state.remaining, this.#learned.get(state.name)?.remaining ?? Infinity);
      this.#learned.set(state.name, { ...state, remaining });
    }
  }

  /** What was answered, as far as it still counts. */
  history(): readonly Settled[] {
    const now = this.#setup.clock.now();
    const longest = Math.max(...this.known().windows.map(({ windowMs }) => windowMs));
    const first = this.#history.findIndex(({ at }) => at + longest * 1.001 > now);
    this.#history = first < 0 ? [] : this.#history.slice(first);
    return this.#history;
  }

  /** The windows as they were last seen; what was used is forgotten a window later. */
  known(): { windows: readonly SharedWindow[]; processes: number; pausedMs: number } {
    const now = this.#setup.clock.now();
    const seen = this.#view ?? { windows: [], processes: 0, pausedUntil: 0, at: -Infinity };
    const windows = this.#windows.map((window, index) => {
      const { limit, windowMs } = window;
      const last = seen.windows[index] ?? { ...window, allowed: limit, used: 0, nextMs: 0 };
      const isOver = seen.at + windowMs * 1.001 < now;
      return isOver ? { ...last, used: 0, nextMs: 0 } : { ...last, nextMs: seen.at + last.nextMs - now };
    });
    const pausedMs = Math.max(seen.pausedUntil, this.#pause?.until ?? 0) - now;
    return { windows, processes: seen.processes, pausedMs };
  }

  waitMs(places: number): number {
    const { windows, pausedMs } = this.known();
    const waits = windows.map(({ allowed, used, windowMs, nextMs }) => {
      const index = places - 1 - (allowed - used);
      return index < 0 ? 0 : nextMs + Math.floor(index / allowed) * windowMs;
    });
    return Math.max(0, pausedMs, ...waits);
  }

  snapshot(): WindowUse[] {
    return this.known().windows.map(({ name, limit, windowMs, used, allowed }) => {
      return { name, limit, windowMs, used, free: Math.max(0, allowed - used), isLearned: false };
    });
  }

  /** Tells what there is to tell, and asks for places. It is told again if no answer comes. */
  async run(wanted: number, least: number): Promise<Reply> {
    const { clock } = this.#setup;
    const start = clock.now();
    const told = { late: this.#late, returned: this.#returned, through: this.#through };
    const pause = this.#pause;
    const last = this.#count;
    const learned = new Map(this.#learned);
    const values = this.#values(wanted, least);
    const keys = [this.#key, ...this.#windows.map(({ name }) => `${this.#key}:${name}`)];
    const answer = await this.#inTime(this.#run(keys, values));
    this.#told = last;
    if (this.#pause === pause) this.#pause = undefined;
    for (const [name, state] of learned) if (this.#learned.get(name) === state) this.#learned.delete(name);
    this.#late -= told.late;
    this.#returned -= told.returned;
    this.#through -= told.through;
    return this.#read(answer, start);
  }

  #values(wanted: number, least: number): string[] {
    const { clock, leaseMs, isCautious } = this.#setup;
    const now = clock.now();
    const untold = this.history().filter(({ id }) => id > this.#told);
    const learned = [...this.#learned.values()].flatMap((state) => {
      const index = this.#windows.findIndex(({ name }) => name === state.name);
      return index < 0 ? [] : [[index + 1, state.remaining, state.limit ?? -1, state.windowMs ?? -1]];
    });
    const { until = now - 1, round = 0, window } = this.#pause ?? {};
    const quarter = Math.ceil(Math.min(...this.#windows.map(({ limit }) => limit)) / 4);
    return [
      [this.#me, this.#state, leaseMs],
      this.#windows.map(({ name, limit, windowMs }) => [name, limit, windowMs]),
      [this.held, this.#underWay, this.#round, this.#returned, this.#through, this.#late],
      [untold.length, untold.map(({ id, places, at }) => [id, places, now - at])],
      [learned.length, learned],
      [Math.max(-1, until - now), round, this.#windows.findIndex(({ name }) => name === window) + 1],
      [isCautious && quarter < Infinity ? quarter : 1e15, wanted, least],
    ]
      .flat(3)
      .map(String);
  }

  #read(answer: unknown, start: number): Reply {
    if (!Array.isArray(answer)) throw new TypeError("no array");
    const [isStrange, places = 0, round = 0, waitMs = 0, pausedMs = 0, processes = 0] = answer.map(Number);
    const now = this.#setup.clock.now();
    this.#state = String(answer[6]);
    if (isStrange === 1) {
      this.#tellAll();
      return { isStrange: true, grant: { places: 0, round, at: now, waitMs: 0 } };
    }
    const windows = this.#windows.map(({ name }, index): SharedWindow => {
      const [limit = 0, allowed = 0, used = 0, windowMs = 0, nextMs = 0] = answer
        .slice(7 + index * 5, 12 + index * 5)
        .map(Number);
      return { name, limit, allowed, used, windowMs, nextMs };
    });
    this.#view = { windows, processes, pausedUntil: now + pausedMs, at: now };
    if (round !== this.#round)
      [this.#round, this.#underWay, this.#through, this.#returned] = [round, 0, 0, 0];
    // A process that was frozen meanwhile does not know whether the places are still its own.
    if (now - start > this.#setup.timeoutMs)
      return { isStrange: false, grant: { places: 0, round, at: now, waitMs: 0 } };
    this.held += places;
    this.#underWay += places;
    return { isStrange: false, grant: { places, round, at: now, waitMs } };
  }

  /** Redis knows nothing of this process, and perhaps nothing of the others: it is told what was seen of them. */
  #tellAll(): void {
    this.#told = 0;
    const seen = this.known().windows.map(({ name, limit, used }) => ({ name, remaining: limit - used }));
    this.learn(seen);
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#setup;
    let cancel = (): void => {};
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(timeoutMs, () => {
        // Where this process was too busy to read, the answer is here already, and is read before the next timer.
        cancel = clock.after(0, () => reject(new Error("TIMEOUT")));
      });
    });
    // It may fail long after nobody waits for it any more.
    work.catch(() => {});
    return Promise.race([work, late]).finally(() => cancel());
  }
}
