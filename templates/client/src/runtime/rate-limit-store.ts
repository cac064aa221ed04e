import type { Clock } from "./clock.js";
import type { RateLimitState } from "./rate-limit-fields.js";
import type { Emit } from "./events.js";
import type { Backoff, RateLimitWindow } from "./policy.js";

/**
 * Where the places of the rate-limit windows are kept: in memory unless given, or where several processes share them.
 * All times are spans in milliseconds, so that no two clocks have to agree.
 */
export interface RateLimitStore {
  /** Opens the budget of the credential or, by the operation's id, what an operation has besides. */
  open(name: string, windows: readonly RateLimitWindow[], setup: BudgetSetup): RateLimitBudget;
}

/** What a store may use of the client that opens it. */
export interface BudgetSetup {
  readonly clock: Clock;
  readonly emit: Emit;
  /** The server says how much is left: a part goes ahead and sees what others have used. */
  readonly isCautious: boolean;
  /** A place is held until the answer, however long that takes. */
  readonly isStrict?: boolean | undefined;
  /** Requests that may be under way at a time. */
  readonly concurrency?: number | undefined;
  /** Guesses at the delay of a refusal that tells none. */
  readonly backoff: Pick<Backoff, "initialMs" | "maxMs">;
}

/** Opens a budget for limits that nobody states: it finds them out. */
export type OpenLearning = (
  clock: Clock,
  guesses: BudgetSetup["backoff"],
  concurrency?: number,
) => RateLimitBudget;

/** Windows that are checked together, and the pause that a refusal brings. */
export interface RateLimitBudget {
  /** Takes up to `wanted` places in every window, in one step; none when there are fewer than `least`. */
  take(wanted: number, least: number): Grant | Promise<Grant>;
  /** Requests are over. `isCounted`: the server may have counted them up to now; else it refused them, or none left. */
  settle(places: number, round: number, isCounted: boolean, at: number): void;
  /**
   * The server refused a request: nobody gets a place for so long, then one goes first. Refusals of an earlier round are
   * of requests that left before the pause: the same refusal, which at most makes it longer.
   */
  pause(refused: Refused): void;
  /** Places in spite of a pause, if there were some without it. */
  scout?(cost: number): Grant;
  /** Ends a pause. */
  lift?(): void;
  /** The process stood still for so long: requests that it sent may reach the server only now. */
  stall?(ms: number): void;
  /** The server says what is left, and perhaps what it allows, in the answer to a request that left then. */
  learn(states: readonly RateLimitState[], at: number): void;
  /** The least time until so many places more could be had; an estimate. */
  waitMs(places: number): number;
  /** How full the windows are; where they are shared, as last seen. */
  snapshot(): WindowUse[];
}

/** A request that the server refused. */
export interface Refused {
  /** How long to pause; where the server told no delay, a guess. */
  readonly ms: number;
  readonly isTold: boolean;
  /** The round of its grant, and when that was. */
  readonly round: number;
  readonly at: number;
  /** The window that is full, where the server names it. */
  readonly window?: string | undefined;
}

/** Places to use, if any. */
export interface Grant {
  readonly places: number;
  /** How many pauses there have been. */
  readonly round: number;
  /** When they were taken, on the clock. */
  readonly at: number;
  /** How long until it is worth asking for more; `Infinity`: not before something is settled. */
  readonly waitMs: number;
}

/** How full a window is. */
export interface WindowUse {
  readonly name: string;
  /** What the server allows, as far as it is known. */
  readonly limit: number;
  /** How long the window lasts, in milliseconds. */
  readonly windowMs: number;
  /** Not stated by the spec, but learned from answers and refusals. */
  readonly isLearned: boolean;
  /** Places of requests that are under way, or were answered less than a window ago. */
  readonly used: number;
  /** Places that are left; in a pause, they have to wait for its end. */
  readonly free: number;
}
