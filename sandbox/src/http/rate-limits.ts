import { contract, type Layer, type RateLimitWindowContract } from "@workspace-api/server";
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

  constructor(clock: Clock, redis?: Redis, windows = windowsOf()) {
    this.#windows = windows
      .map((window) => createWindow(window, clock, redis))
      .sort((one, other) => one.windowMs - other.windowMs);
  }

  async consume(credential: string, cost: number): Promise<Consumption> {
    const states: WindowState[] = [];
    for (const [index, window] of this.#windows.entries()) {
      const taken = await take(window.limiter, credential, cost);
      states.push(stateOf(window, taken.result));
      if (taken.isRefused) return this.#refused(credential, cost, index, states);
    }
    return { windows: states };
  }

  /** A request that one window refuses counts in none. */
  async #refused(
    credential: string,
    cost: number,
    index: number,
    states: readonly WindowState[],
  ): Promise<Consumption> {
    const counted = this.#windows.slice(0, index + 1);
    const returned = await Promise.all(counted.map((window) => giveBack(window, credential, cost)));
    const rest = this.#windows.slice(index + 1);
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
  untouched(): Consumption {
    return { windows: this.#windows.map((window) => stateOf(window, null)) };
  }
}

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
    const { cost } = call.operation;
    const consumption =
      isOn && cost > 0 ? await limits.consume(credential.limitId, cost) : limits.untouched();
    const headers = {
      RateLimit: consumption.windows.map(fieldOf).join(", "),
      "RateLimit-Policy": consumption.windows.map(policyOf).join(", "),
    };
    if (consumption.waitMs !== undefined) {
      const seconds = secondsOf(consumption.waitMs);
      throw call.fail("rate_limited", `Rate limit exceeded. Retry in ${seconds} seconds.`, {
        headers: { ...headers, "Retry-After": String(seconds) },
      });
    }
    const response = await next();
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    return response;
  };
}

function createWindow(window: RateLimitWindowContract, clock: Clock, redis: Redis | undefined): Window {
  const { name, limit } = window;
  // Redis counts in whole seconds.
  const windowMs = Math.max(clock.toReal(window.windowMs), redis ? 1000 : 1);
  const options = { keyPrefix: `sandbox:limit:${name}`, points: limit, duration: windowMs / 1000 };
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
