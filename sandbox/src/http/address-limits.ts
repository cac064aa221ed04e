import type { Layer } from "@workspace-api/server";
import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterAbstract } from "rate-limiter-flexible";

import { networkOf } from "../auth/network.js";
import { hashSecret } from "../auth/secrets.js";
import type { Peer } from "./peer.js";
import { REFUSAL } from "./rate-limits.js";
import type { RequestContext } from "./request-context.js";

const WINDOW_SECONDS = 60;
/** So many credentials are remembered that were good lately. */
const MOST_KNOWN = 10_000;

/**
 * Counts the requests of each address that came without a credential that is good. Beyond the limit such requests are
 * refused before the database is asked; credentials that were good lately go on, so that others behind the same address
 * do not suffer.
 */
export class AddressLimits {
  readonly #limiter: RateLimiterAbstract;
  readonly #known = new Set<string>();

  constructor(points: number, redis?: Redis) {
    const options = { keyPrefix: "sandbox:address", points, duration: WINDOW_SECONDS };
    const memory = new RateLimiterMemory(options);
    this.#limiter = redis
      ? new RateLimiterRedis({
          ...options,
          storeClient: redis,
          insuranceLimiter: memory,
          rejectIfRedisNotReady: true,
        })
      : memory;
  }

  /** The seconds to wait; undefined for a request that may go on. */
  async waitOf(address: string, authorization: string | null): Promise<number | undefined> {
    if (authorization !== null && this.#known.has(hashSecret(authorization))) return undefined;
    const state = await this.#limiter.get(networkOf(address));
    if (state === null || state.consumedPoints < this.#limiter.points) return undefined;
    return Math.max(1, Math.ceil(state.msBeforeNext / 1000));
  }

  async countFailure(address: string, authorization: string | null): Promise<void> {
    if (authorization !== null) this.#known.delete(hashSecret(authorization));
    await this.#limiter.penalty(networkOf(address), 1);
  }

  /** Remembers a credential that is good. */
  know(authorization: string | null): void {
    if (authorization === null) return;
    const hash = hashSecret(authorization);
    if (this.#known.has(hash)) return;
    const [oldest] = this.#known;
    if (this.#known.size >= MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.add(hash);
  }
}

/** Puts a limit on what comes from one address without a good credential. Stands before the authentication. */
export function addressLimiting(limits: AddressLimits, peers: WeakMap<Request, Peer>): Layer<RequestContext> {
  return async (call, next) => {
    const { address } = peers.get(call.request) ?? {};
    if (address === undefined || address === "") return next();
    const authorization = call.request.headers.get("authorization");
    const seconds = await limits.waitOf(address, authorization);
    if (seconds !== undefined) {
      const message = `Too many requests from this address without a valid credential. Retry in ${seconds} seconds.`;
      throw call.fail(REFUSAL, message, { headers: { "Retry-After": String(seconds) } });
    }
    const response = await next();
    if (response.status === 401) await limits.countFailure(address, authorization);
    else if (call.context.credential) limits.know(authorization);
    return response;
  };
}
