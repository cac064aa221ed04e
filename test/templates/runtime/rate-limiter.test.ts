import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { RateLimitWindow } from "../../../templates/client/src/runtime/operation.js";
import { RateLimiter, type SlotRequest } from "../../../templates/client/src/runtime/rate-limiter.js";
import { VirtualClock } from "../../support/virtual-clock.js";

/** A server's way of counting: whether a request that arrives now is let through. */
type Counter = (now: number) => boolean;

const COUNTERS: Record<string, (window: RateLimitWindow) => Counter> = {
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

function slot(request: Partial<SlotRequest> = {}): SlotRequest {
  const { signal } = new AbortController();
  return { cost: 1, priority: 0, signal, maxWaitMs: Infinity, onWait: () => {}, ...request };
}

/** Sends requests through a limiter to a server that counts, with latencies as given; tells what became of them. */
async function simulate(
  windows: readonly RateLimitWindow[],
  counters: readonly Counter[],
  calls: number,
  latency: () => number,
) {
  const clock = new VirtualClock();
  const limiter = new RateLimiter(windows, clock);
  const order: number[] = [];
  let refused = 0;
  let finished = 0;
  const all = Array.from({ length: calls }, async (_, index) => {
    await limiter.acquire(slot());
    order.push(index);
    const [there, back] = [latency(), latency()];
    await new Promise<void>((resolve) => clock.after(there, resolve));
    if (counters.some((counter) => !counter(clock.now()))) refused += 1;
    await new Promise<void>((resolve) => clock.after(back, resolve));
    limiter.settle(1, false);
    finished = clock.now();
  });
  await clock.run();
  await Promise.all(all);
  return { refused, order, finished };
}

describe("a limiter", () => {
  const spec = [
    { name: "sustained", limit: 200, windowMs: 900_000 },
    { name: "burst", limit: 40, windowMs: 60_000 },
  ];

  it.each(Object.entries(COUNTERS))(
    "is never refused by a server with %s, keeps the order, and wastes no time",
    async (_, count) => {
      const { refused, order, finished } = await simulate(spec, spec.map(count), 1000, () => 20);
      expect(refused).toBe(0);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      // Five times 200 calls in windows of 15 minutes, the last 200 in bursts of 40 a minute.
      const least = 4 * 900_000 + 4 * 60_000;
      expect(finished / least).toBeLessThan(1.05);
    },
  );

  it.each(Object.entries(COUNTERS))(
    "is never refused by %s, whatever the limits and latencies",
    async (_, count) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 10, max: 500 }),
          fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 30 }),
          async (limit, windowMs, latencies) => {
            const window = { name: "w", limit, windowMs };
            let next = 0;
            const { refused } = await simulate(
              [window],
              [count(window)],
              40,
              () => latencies[next++ % latencies.length] ?? 0,
            );
            expect(refused).toBe(0);
          },
        ),
        { numRuns: 50 },
      );
    },
  );

  it("lets the impatient go first, and the others in order", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter([{ name: "w", limit: 1, windowMs: 100 }], clock);
    const order: string[] = [];
    const go = async (name: string, priority: number): Promise<void> => {
      await limiter.acquire(slot({ priority }));
      order.push(name);
      limiter.settle(1, false);
    };
    const all = [go("a", 0), go("b", 0), go("c", 0), go("urgent", 5)];
    await clock.run();
    await Promise.all(all);
    expect(order).toEqual(["a", "urgent", "b", "c"]);
  });

  it("says at once that a wait would be too long, or the queue is full", async () => {
    const limiter = new RateLimiter([{ name: "w", limit: 1, windowMs: 60_000 }], new VirtualClock(), 1);
    await limiter.acquire(slot());
    await expect(limiter.acquire(slot({ maxWaitMs: 1000 }))).rejects.toMatchObject({
      code: "rate_limit_wait",
      retryAfterMs: 60_000,
    });
    void limiter.acquire(slot());
    await expect(limiter.acquire(slot())).rejects.toThrow(/queue full/);
  });

  it("gives the place of an aborted call to the next", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter([{ name: "w", limit: 1, windowMs: 100 }], clock);
    await limiter.acquire(slot());
    limiter.settle(1, false);
    const controller = new AbortController();
    const first = limiter.acquire(slot({ signal: controller.signal }));
    const second = limiter.acquire(slot());
    controller.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    await clock.run();
    await second;
    expect(clock.now()).toBe(100);
  });

  it("after a refusal lets nobody go before the pause is over, then one, then the others", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter([{ name: "w", limit: 10, windowMs: 1000 }], clock);
    const gone: number[] = [];
    await limiter.acquire(slot());
    limiter.pause(5000);
    limiter.settle(1, true);
    const all = Array.from({ length: 6 }, async () => {
      await limiter.acquire(slot());
      gone.push(clock.now());
      clock.after(100, () => limiter.settle(1, false));
    });
    await clock.run();
    await Promise.all(all);
    expect(gone[0]).toBe(5000);
    expect(gone[1]).toBe(5100);
    expect(gone).toHaveLength(6);
  });

  it("learns from the server what others have used", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter([{ name: "w", limit: 10, windowMs: 1000 }], clock);
    await limiter.acquire(slot());
    limiter.settle(1, false);
    limiter.learn("w", 2);
    expect(limiter.snapshot()).toEqual([{ name: "w", limit: 10, used: 8, free: 2, nextFreeMs: 0 }]);
  });

  it("does not burst when a frozen process thaws", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter([{ name: "w", limit: 3, windowMs: 1000 }], clock);
    const gone: number[] = [];
    const all = Array.from({ length: 9 }, async () => {
      await limiter.acquire(slot());
      gone.push(clock.now());
      limiter.settle(1, false);
    });
    // The next timer fires an hour late.
    clock.after(0, () => {});
    await clock.run();
    await Promise.all(all);
    for (const [index, at] of gone.entries())
      expect(
        gone.filter((other) => other > at - 1000 && other <= at).length,
        `call ${index}`,
      ).toBeLessThanOrEqual(3);
  });
});
