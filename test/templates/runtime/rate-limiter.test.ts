import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { RateLimitWindow } from "../../../templates/client/src/runtime/policy.js";
import { COUNTERS, type Counter } from "../../support/counters.js";
import { limiterOf } from "../../support/limiter.js";
import { placeRequest } from "../../support/place-request.js";
import { VirtualClock } from "../../support/virtual-clock.js";

/** Sends requests through a limiter to a server that counts, with latencies as given; tells what became of them. */
async function simulate(
  windows: readonly RateLimitWindow[],
  counters: readonly Counter[],
  calls: number,
  latency: () => number,
  isStrict = false,
) {
  const clock = new VirtualClock();
  const limiter = limiterOf(clock, windows, isStrict);
  const order: number[] = [];
  let refused = 0;
  let finished = 0;
  const all = Array.from({ length: calls }, async (_, index) => {
    const place = await limiter.acquire(placeRequest());
    order.push(index);
    const [there, back] = [latency(), latency()];
    await new Promise<void>((resolve) => clock.after(there, resolve));
    if (counters.some((counter) => !counter(clock.now()))) refused += 1;
    await new Promise<void>((resolve) => clock.after(back, resolve));
    limiter.settle(place, true);
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
    "that is strict is never refused by %s, whatever the limits and latencies",
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
              true,
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
    const limiter = limiterOf(clock, [{ name: "w", limit: 1, windowMs: 100 }]);
    const order: string[] = [];
    const go = async (name: string, priority: number): Promise<void> => {
      const place = await limiter.acquire(placeRequest({ priority }));
      order.push(name);
      limiter.settle(place, true);
    };
    const all = [go("a", 0), go("b", 0), go("c", 0), go("urgent", 5), go("urgent too", 5), go("urging", 2)];
    await clock.run();
    await Promise.all(all);
    expect(order).toEqual(["a", "urgent", "urgent too", "urging", "b", "c"]);
  });

  it("keeps the order of 10,000 that come, give up and leave in any order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ priority: fc.integer({ min: -2, max: 2 }), isAborted: fc.boolean() }), {
          minLength: 1,
          maxLength: 200,
        }),
        async (wishes) => {
          const clock = new VirtualClock();
          const limiter = limiterOf(clock, [{ name: "w", limit: 1, windowMs: 100 }]);
          const first = await limiter.acquire(placeRequest());
          const order: number[] = [];
          const all = wishes.map(async ({ priority, isAborted }, index) => {
            const controller = new AbortController();
            const leaving = limiter.acquire(placeRequest({ priority, signal: controller.signal }));
            if (isAborted) queueMicrotask(() => controller.abort());
            limiter.settle(await leaving, true);
            order.push(index);
          });
          limiter.settle(first, true);
          await clock.run();
          await Promise.allSettled(all);
          const want = wishes
            .map((wish, index) => ({ ...wish, index }))
            .filter(({ isAborted }) => !isAborted)
            .toSorted((a, b) => b.priority - a.priority || a.index - b.index);
          expect(order).toEqual(want.map(({ index }) => index));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("lets go the half of 20,000 that wait when the other half gives up", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, [{ name: "w", limit: 10_000, windowMs: 100 }]);
    const places = await Promise.all(Array.from({ length: 10_000 }, () => limiter.acquire(placeRequest())));
    const controllers = Array.from({ length: 20_000 }, () => new AbortController());
    const all = controllers.map(({ signal }) =>
      limiter.acquire(placeRequest({ signal })).catch(() => undefined),
    );
    for (const [index, controller] of controllers.entries()) if (index % 2 === 0) controller.abort();
    for (const place of places) limiter.settle(place, true);
    await clock.run();
    const gone = (await Promise.all(all)).filter((place) => place !== undefined);
    expect(gone).toHaveLength(10_000);
  });

  it("says at once that a wait would be too long, or the queue is full", async () => {
    const limiter = limiterOf(new VirtualClock(), [{ name: "w", limit: 1, windowMs: 60_000 }]);
    await limiter.acquire(placeRequest());
    await expect(limiter.acquire(placeRequest({ maxWaitMs: 1000 }))).rejects.toMatchObject({
      code: "rate_limit_wait",
      retryAfterMs: 60_060,
    });
    void limiter.acquire(placeRequest());
    await expect(limiter.acquire(placeRequest({ maxQueue: 1 }))).rejects.toThrow(/queue full/);
  });

  it("says at once when a pause makes the wait of one in the queue too long", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, [{ name: "w", limit: 1, windowMs: 1000 }]);
    const place = await limiter.acquire(placeRequest());
    const short = limiter.acquire(placeRequest({ maxWaitMs: 2000 }));
    const long = limiter.acquire(placeRequest());
    await limiter.refuse(place, Promise.resolve({ ms: 60_000, isTold: true }), undefined);
    limiter.settle(place, false);
    await expect(short).rejects.toMatchObject({ code: "rate_limit_wait", retryAfterMs: 60_000 });
    await clock.run();
    await long;
    expect(clock.now()).toBe(60_000);
  });

  it("lets nobody wait for an absurdly long pause to end", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, []);
    const place = await limiter.acquire(placeRequest());
    await limiter.refuse(place, Promise.resolve({ ms: 1e12, isTold: true }), undefined);
    limiter.settle(place, false);
    await expect(limiter.acquire(placeRequest())).rejects.toMatchObject({ retryAfterMs: 1e12 });
  });

  it("gives the place of an aborted head of the queue to the next", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, [{ name: "w", limit: 1, windowMs: 1000 }]);
    limiter.settle(await limiter.acquire(placeRequest()), true);
    const controller = new AbortController();
    const first = limiter.acquire(placeRequest({ signal: controller.signal }));
    const second = limiter.acquire(placeRequest());
    controller.abort(new Error("enough"));
    await expect(first).rejects.toThrow("aborted by the caller");
    await clock.run();
    await second;
    expect(clock.now()).toBe(1001);
  });

  it("gives a call of a higher cost its places in its turn", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, [{ name: "w", limit: 10, windowMs: 1000 }]);
    const gone: [cost: number, at: number][] = [];
    const all = [4, 7, 3, 10, 1].map(async (cost) => {
      const place = await limiter.acquire(placeRequest({ cost }));
      gone.push([cost, Math.round(clock.now() / 1001)]);
      limiter.settle(place, true);
    });
    await clock.run();
    await Promise.all(all);
    expect(gone).toEqual([
      [4, 0],
      [7, 1],
      [3, 1],
      [10, 2],
      [1, 3],
    ]);
  });

  it("learns from the server what others have used", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, [{ name: "w", limit: 10, windowMs: 1000 }]);
    limiter.settle(await limiter.acquire(placeRequest()), true);
    limiter.learn([{ name: "w", remaining: 2 }]);
    expect(limiter.snapshot()).toEqual([
      { name: "w", limit: 10, windowMs: 1000, used: 8, free: 2, isLearned: false, nextFreeMs: 0 },
    ]);
  });

  it("does not burst when a frozen process thaws", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, [{ name: "w", limit: 3, windowMs: 1000 }]);
    const gone: number[] = [];
    const all = Array.from({ length: 12 }, async () => {
      const place = await limiter.acquire(placeRequest());
      gone.push(clock.now());
      limiter.settle(place, true);
    });
    await clock.run(1500);
    // Every timer fires an hour late.
    clock.jump(3_600_000);
    await clock.run();
    await Promise.all(all);
    const most = gone.map((at) => gone.filter((other) => other > at - 1000 && other <= at).length);
    expect(Math.max(...most)).toBe(3);
    expect(gone.at(-1)).toBeGreaterThan(3_600_000);
  });
});
