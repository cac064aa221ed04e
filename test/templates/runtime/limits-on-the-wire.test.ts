import { describe, expect, it } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import { systemClock, type Clock } from "../../../templates/client/src/runtime/clock.js";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import type { ApiPolicy } from "../../../templates/client/src/runtime/policy.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import { json, serve } from "../../support/api-server.js";
import { bestOf } from "../../support/best-of.js";
import { limitingServer } from "../../support/limiting-server.js";

const POLICY: ApiPolicy = {
  windows: [
    { name: "sustained", limit: 200, windowMs: 900_000 },
    { name: "burst", limit: 40, windowMs: 60_000 },
  ],
  refusalStatus: 429,
  retry: {
    statuses: [429],
    delay: [
      { header: "Retry-After" },
      { header: "RateLimit" },
      { message: String.raw`Retry in (?<seconds>\d+) seconds` },
    ],
    backoff: { initialMs: 500, maxMs: 30_000, factor: 2, jitter: "full" },
    maxAttempts: 4,
  },
};

const OPERATION = { id: "get", method: "GET", path: "/" };

/** Time that passes so many times as fast. */
function accelerated(speed: number): Clock {
  return {
    now: () => performance.now() * speed,
    after(ms, callback) {
      const timer = setTimeout(callback, ms / speed);
      return () => clearTimeout(timer);
    },
  };
}

function apiFor(baseUrl: string, clock: Clock, windows = POLICY.windows, options: ApiOptions = {}) {
  const policy = { ...POLICY, windows };
  const definition = { name: "t", version: "1", securitySchemes: {}, policy, defaults: {} };
  // In faster time, a moment on the wire is a large part of a window.
  const rateLimit = { strict: clock !== systemClock };
  return createRuntime(definition, { baseUrl, clock, rateLimit, ...options });
}

describe("100 calls at once, where 20 in 2 seconds are let through", () => {
  it("are all delivered, none is refused, and it takes about 8 seconds", async () => {
    let start = 0;
    let count = 0;
    let refused = 0;
    const server = await serve((_, response) => {
      if (performance.now() - start >= 2000) [start, count] = [performance.now(), 0];
      count += 1;
      if (count <= 20) return json(response, 200, {});
      refused += 1;
      return json(response, 429, { message: "Retry in 2 seconds." });
    });
    const api = apiFor(server.url, systemClock, [{ name: "w", limit: 20, windowMs: 2000 }]);
    const began = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => call(api, OPERATION, {})));
    const seconds = (performance.now() - began) / 1000;
    expect(server.received).toHaveLength(100);
    expect(refused).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(8);
    expect(seconds).toBeLessThan(12);
  });
});

describe("1,000 calls at once, where 200 in 15 minutes and 40 in one are let through", () => {
  /** Makes them; gives back how long it took, in parts of the least time. */
  async function makeAll(): Promise<number> {
    const clock = accelerated(250);
    const server = await limitingServer(POLICY.windows, () => clock.now());
    const order: number[] = [];
    const api = apiFor(server.url, clock, POLICY.windows, {
      fetch: (url, init) => {
        order.push(Number(new URL(String(url)).searchParams.get("n")));
        return fetch(url, init);
      },
    });
    const all = Array.from({ length: 1000 }, (_, n) => call(api, OPERATION, { query: { n } }).safe());
    const results = await Promise.all(all);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(server.refused).toEqual({ "fixed windows": 0, "sliding windows": 0, GCRA: 0 });
    expect(server.received).toHaveLength(1000);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    // Five times 200 in windows of 15 minutes; the last 200 in bursts of 40 a minute.
    const least = 4 * 900_000 + 4 * 60_000;
    return (Math.max(...server.arrivals) - Math.min(...server.arrivals)) / least;
  }

  it("are all delivered in order, none is refused however the server counts, and hardly any time is wasted", async () => {
    const took = await bestOf(2, makeAll, 1.2);
    expect(took).toBeGreaterThanOrEqual(1);
    expect(took).toBeLessThan(1.2);
  });
});

/** Ways to count a limit that is lower than the spec says, and to tell the delay; undefined: let through. */
const LOWER: Record<string, (limit: number, windowMs: number) => (now: number) => number | undefined> = {
  "fixed windows": (limit, windowMs) => {
    const counts = new Map<number, number>();
    return (now) => {
      const index = Math.floor(now / windowMs);
      const count = counts.get(index) ?? 0;
      if (count >= limit) return (index + 1) * windowMs - now;
      counts.set(index, count + 1);
      return undefined;
    };
  },
  "a sliding window": (limit, windowMs) => {
    let times: number[] = [];
    return (now) => {
      times = times.filter((at) => at > now - windowMs);
      if (times.length >= limit) return (times[0] ?? now) + windowMs - now;
      times.push(now);
      return undefined;
    };
  },
  GCRA: (limit, windowMs) => {
    let theoretical = 0;
    return (now) => {
      const next = Math.max(theoretical, now) + windowMs / limit;
      if (next - now > windowMs + 1e-6) return next - now - windowMs;
      theoretical = next;
      return undefined;
    };
  },
};

/** Makes 50 calls at once where 10 in a minute are let through; tells how many were refused for each pause. */
async function callLowered(create: (limit: number, windowMs: number) => (now: number) => number | undefined) {
  const clock = accelerated(80);
  const delayOf = create(10, 60_000);
  const server = await serve((_request, response) => {
    const delay = delayOf(clock.now());
    if (delay === undefined) return json(response, 200, {});
    return json(response, 429, { message: `Retry in ${Math.ceil(delay / 1000)} seconds.` });
  });
  const refusals: { readonly leftAt: number; readonly refusedAt: number }[] = [];
  const api = apiFor(server.url, clock, POLICY.windows, {
    fetch: async (url, init) => {
      const leftAt = clock.now();
      const response = await fetch(url, init);
      if (response.status === 429) refusals.push({ leftAt, refusedAt: clock.now() });
      return response;
    },
  });
  const all = Array.from({ length: 50 }, () => call(api, OPERATION, {}).safe());
  const lost = (await Promise.all(all)).filter(({ ok }) => !ok);
  // What left before the first of them was refused belongs to the same pause.
  const pauses: number[] = [];
  for (let rest = refusals; rest.length > 0;) {
    const begin = Math.min(...rest.map(({ refusedAt }) => refusedAt));
    const next = rest.filter(({ leftAt }) => leftAt > begin);
    pauses.push(rest.length - next.length);
    rest = next;
  }
  return { lost, first: pauses[0] ?? 0, later: pauses.slice(1) };
}

describe("a server that allows less than the spec says", () => {
  it("is found out: each refusal is survived, one more at most for each pause, and no call is lost", async () => {
    const ways = await Promise.all(
      Object.entries(LOWER).map(async ([name, create]) => ({ name, ...(await callLowered(create)) })),
    );
    for (const { name, lost, first, later } of ways) {
      expect(lost, name).toEqual([]);
      expect(first, name).toBeLessThanOrEqual(35);
      expect(Math.max(0, ...later), name).toBeLessThanOrEqual(1);
      expect(later.length, name).toBeLessThan(10);
    }
  });
});
