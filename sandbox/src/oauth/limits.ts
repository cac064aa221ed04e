import type { MiddlewareHandler } from "hono";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

import { networkOf } from "../auth/network.js";
import { json } from "./errors.js";

/** What a server knows of a connection; a call within the process has none. */
interface Peer {
  readonly address?: string | undefined;
}

/** How many requests one address may send to an endpoint that anybody may call; each instance counts by itself. */
const LIMITS = {
  token: { points: 120, duration: 60 },
  register: { points: 20, duration: 60 * 60 },
} as const;

/** Refuses what one address sends beyond the limit of an endpoint. */
export function addressLimit(endpoint: keyof typeof LIMITS): MiddlewareHandler<{ Bindings: Peer }> {
  const limiter = new RateLimiterMemory({ keyPrefix: endpoint, ...LIMITS[endpoint] });
  return async (c, next) => {
    const address = c.env?.address;
    const waitMs = address === undefined ? undefined : await consume(limiter, address);
    if (waitMs === undefined) return next();
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    const description = `Too many requests from this address. Retry in ${seconds} seconds.`;
    const body = { error: "temporarily_unavailable", error_description: description };
    return json(body, 429, { "Retry-After": String(seconds) });
  };
}

/** @returns how long to wait, if the request is too much. */
async function consume(limiter: RateLimiterMemory, address: string): Promise<number | undefined> {
  try {
    await limiter.consume(networkOf(address));
    return undefined;
  } catch (error) {
    if (error instanceof RateLimiterRes) return error.msBeforeNext;
    throw error;
  }
}
