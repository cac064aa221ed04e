import {
  contract,
  type ErrorCode,
  type Layer,
  type OperationContract,
  type RateLimitWindowContract,
} from "@workspace-api/server";
import type { Redis } from "ioredis";
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from "rate-limiter-flexible";

import type { Clock } from "../clock.js";
import type { RequestContext } from "./request-context.js";

/** What is left of a window, in real time. */
export interface WindowState {
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
  /** Until the window starts afresh. */
  readonly resetMs: number;
  readonly windowMs: number;
}

interface Consumption {
  readonly windows: readonly WindowState[];
  /** Present when the request is refused: how long to wait. */
  readonly waitMs?: number;
}

interface Window {
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly limiter: RateLimiterAbstract;
}

/**
 * Counts the requests of each credential in the windows of the contract, in memory or, for several instances, in
 * Redis. Windows start with the first request and pass at the clock's speed; what is told is real time.
 */
export class RateLimits {
  /** The shortest first: it is the likeliest to refuse, and a refused request counts in no window. */
  readonly #windows: readonly Window[];
  /** With the windows of one operation besides, by its id. */
  readonly #byOperation = new Map<string, readonly Window[]>();

  constructor(
    private readonly clock: Clock,
    private readonly redis?: Redis,
    windows = windowsOf(),
  ) {
    this.#windows = sorted(windows.map((window) => createWindow(window, clock, redis)));
  }

  async consume(credential: string, cost: number, operation?: Limited): Promise<Consumption> {
    const windows = this.#windowsFor(operation);
    const states: WindowState[] = [];
    for (const [index, window] of windows.entries()) {
      const taken = await take(window.limiter, credential, cost);
      states.push(stateOf(window, taken.result));
      if (taken.isRefused) return this.#refused(windows, credential, cost, index, states);
    }
    return { windows: states };
  }

  /** The windows that count an operation: those of all, and its own. */
  #windowsFor(operation: Limited | undefined): readonly Window[] {
    if (operation === undefined || operation.windows.length === 0) return this.#windows;
    const known = this.#byOperation.get(operation.id);
    if (known) return known;
    const own = operation.windows.map((window) =>
      createWindow(window, this.clock, this.redis, `${operation.id}:`),
    );
    const windows = sorted([...this.#windows, ...own]);
    this.#byOperation.set(operation.id, windows);
    return windows;
  }

  /** A request that one window refuses counts in none. */
  async #refused(
    all: readonly Window[],
    credential: string,
    cost: number,
    index: number,
    states: readonly WindowState[],
  ): Promise<Consumption> {
    const counted = all.slice(0, index + 1);
    const returned = await Promise.all(counted.map((window) => giveBack(window, credential, cost)));
    const rest = all.slice(index + 1);
    const unread = await Promise.all(rest.map(({ limiter }) => limiter.get(credential)));
    const refusing = states.slice(index);
    const windows = [
      ...returned.slice(0, index),
      ...refusing,
      ...rest.map((window, at) => stateOf(window, unread[at] ?? null)),
    ];
    const used = windows.filter((state) => refusing.includes(state) || state.remaining < cost);
    return { windows, waitMs: Math.max(...used.map(({ resetMs }) => resetMs)) };
  }

  /** What the windows look like to a credential that sent nothing. */
  untouched(operation?: Limited): Consumption {
    return { windows: this.#windowsFor(operation).map((window) => stateOf(window, null)) };
  }
}

/** An operation, which may have windows of its own. */
type Limited = Pick<OperationContract, "id" | "windows">;

function sorted(windows: readonly Window[]): readonly Window[] {
  return windows.toSorted((one, other) => one.windowMs - other.windowMs);
}

/** The code of a refusal, as the contract has it: one of the catalogue, which the linter checks. */
export const REFUSAL = (contract.rateLimits?.refusal.code ?? "rate_limited") as ErrorCode;

/** The windows of the contract, some with another limit. */
export function windowsOf(limits: Readonly<Record<string, number>> = {}): readonly RateLimitWindowContract[] {
  const windows = contract.rateLimits?.windows ?? [];
  return windows.map((window) => ({ ...window, limit: limits[window.name] ?? window.limit }));
}

/** Puts a limit on every credential, and tells what is left of it. Needs the authentication before it. */
export function rateLimiting(limits: RateLimits, isOn: boolean): Layer<RequestContext> {
  return async (call, next) => {
    const { credential } = call.context;
    if (!credential) return next();
    const { operation } = call;
    const { cost } = operation;
    const consumption =
      isOn && cost > 0
        ? await limits.consume(credential.limitId, cost, operation)
        : limits.untouched(operation);
    const headers = {
      RateLimit: consumption.windows.map(fieldOf).join(", "),
      "RateLimit-Policy": consumption.windows.map(policyOf).join(", "),
    };
    if (consumption.waitMs !== undefined) {
      const seconds = secondsOf(consumption.waitMs);
      throw call.fail(REFUSAL, `Rate limit exceeded. Retry in ${seconds} seconds.`, {
        headers: { ...headers, "Retry-After": String(seconds) },
      });
    }
    const response = await next();
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    return response;
  };
}

function createWindow(
  window: RateLimitWindowContract,
  clock: Clock,
  redis: Redis | undefined,
  scope = "",
): Window {
  const { name, limit } = window;
  // Redis counts in whole seconds.
  const windowMs = Math.max(clock.toReal(window.windowMs), redis ? 1000 : 1);
  const options = { keyPrefix: `sandbox:limit:${scope}${name}`, points: limit, duration: windowMs / 1000 };
  // When Redis is gone, each instance counts by itself rather than refusing everybody.
  const memory = new RateLimiterMemory(options);
  const limiter = redis
    ? new RateLimiterRedis({
        ...options,
        storeClient: redis,
        insuranceLimiter: memory,
        rejectIfRedisNotReady: true,
      })
    : memory;
  return { name, limit, windowMs, limiter };
}

async function take(
  limiter: RateLimiterAbstract,
  credential: string,
  cost: number,
): Promise<{ isRefused: boolean; result: RateLimiterRes }> {
  try {
    return { isRefused: false, result: await limiter.consume(credential, cost) };
  } catch (error) {
    if (error instanceof RateLimiterRes) return { isRefused: true, result: error };
    throw error;
  }
}

/** Takes a request out of a window. One that has started afresh since never had it, and must not owe it. */
async function giveBack(window: Window, credential: string, cost: number): Promise<WindowState> {
  const left = await window.limiter.reward(credential, cost);
  const owed = -left.consumedPoints;
  return stateOf(window, owed > 0 ? await window.limiter.penalty(credential, Math.min(owed, cost)) : left);
}

function stateOf({ name, limit, windowMs }: Window, result: RateLimiterRes | null): WindowState {
  const remaining = Math.min(limit, Math.max(0, limit - (result?.consumedPoints ?? 0)));
  return { name, limit, remaining, windowMs, resetMs: Math.max(0, result?.msBeforeNext ?? windowMs) };
}

function fieldOf({ name, remaining, resetMs }: WindowState): string {
  return `"${name}";r=${remaining};t=${secondsOf(resetMs)}`;
}

function policyOf({ name, limit, windowMs }: WindowState): string {
  return `"${name}";q=${limit};w=${secondsOf(windowMs)}`;
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
