import type { RateLimitWindow } from "../../templates/client/src/runtime/policy.js";

/** A server's way of counting: whether a request that arrives now is let through. */
export type Counter = (now: number) => boolean;

export const COUNTERS: Record<string, (window: RateLimitWindow) => Counter> = {
  "fixed windows": ({ limit, windowMs }) => {
    const counts = new Map<number, number>();
    return (now) => {
      const key = Math.floor(now / windowMs);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return (counts.get(key) ?? 0) <= limit;
    };
  },
  "sliding windows": ({ limit, windowMs }) => {
    let arrivals: number[] = [];
    return (now) => {
      arrivals = arrivals.filter((at) => at > now - windowMs);
      arrivals.push(now);
      return arrivals.length <= limit;
    };
  },
  GCRA: ({ limit, windowMs }) => {
    const interval = windowMs / limit;
    let theoretical = 0;
    return (now) => {
      const next = Math.max(theoretical, now) + interval;
      // What is lost in the last digits of a double is no request.
      if (next - now > windowMs + 1e-6) return false;
      theoretical = next;
      return true;
    };
  },
};
