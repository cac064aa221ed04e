import { MemoryBudget } from "../../templates/client/src/runtime/memory-store.js";
import type { RateLimitWindow } from "../../templates/client/src/runtime/policy.js";
import { RateLimiter } from "../../templates/client/src/runtime/rate-limiter.js";
import type { VirtualClock } from "./virtual-clock.js";

/** A limiter in memory, in a time that is made. */
export function limiterOf(
  clock: VirtualClock,
  windows: readonly RateLimitWindow[],
  isStrict = false,
): RateLimiter {
  return new RateLimiter(() => new MemoryBudget(windows, clock, { isStrict }), clock);
}
