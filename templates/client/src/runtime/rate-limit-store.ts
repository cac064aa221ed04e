import type { RateLimitState } from "./delay.js";
import type { RateLimitWindow } from "./operation.js";

/**
 * Where the places of the rate-limit windows are kept: in memory unless given, or where several processes share them.
 * All times are spans in milliseconds, so that no two clocks have to agree.
 */
export interface RateLimitStore {
  /** The budget of a credential, or of one operation under a credential; the same places for the same name. */
  budget(name: string, windows: readonly RateLimitWindow[]): Budget;
}

/** Windows that are checked together, and the pause that a refusal brings. */
export interface Budget {
  /**
   * Takes places in every window or in none, in one step.
   *
   * @returns the places; or how long until it is worth asking again, `Infinity`: not before a lease is settled.
   */
  acquire(cost: number): Lease | number | Promise<Lease | number>;
  /** The least time until a request could leave that `ahead` others come before; an estimate. */
  waitMs(ahead: number): number;
  /** The server refused a request: nobody gets a place for so long, and then few at a time. */
  pause(ms: number): void;
  /** The server says what is left. */
  learn(states: readonly RateLimitState[]): void;
  /** How full the windows are; where they are shared, as last seen. */
  snapshot(): WindowUse[];
}

/** Places that a request holds. A store frees by itself what a process that died did not settle. */
export interface Lease {
  /**
   * The request is over. `answered`: the places stay taken for a whole window from now, since the server counted it by
   * now at the latest; `lost`: without an answer, so that it may be counted a little later; `refused` or `unsent`: not
   * counted.
   */
  settle(outcome: Outcome): void;
}

export type Outcome = "answered" | "lost" | "refused" | "unsent";

/** How full a window is. */
export interface WindowUse {
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  readonly free: number;
}
