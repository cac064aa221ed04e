import { describe, expect, it } from "vitest";

import { MemoryBudget } from "../../../templates/client/src/runtime/memory-store.js";
import { RateLimiter, type Delay } from "../../../templates/client/src/runtime/rate-limiter.js";
import { limiterOf } from "../../support/limiter.js";
import { placeRequest } from "../../support/place-request.js";
import { VirtualClock } from "../../support/virtual-clock.js";

describe("after a refusal", () => {
  const WINDOWS = [{ name: "w", limit: 10, windowMs: 1000 }];

  it("nobody goes before the pause is over, then one, then twice as many each time", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, []);
    const place = await limiter.acquire(placeRequest());
    await limiter.refuse(place, Promise.resolve({ ms: 5000, isTold: true }), undefined);
    limiter.settle(place, false);
    const gone = new Map<number, number>();
    const all = Array.from({ length: 15 }, async () => {
      const own = await limiter.acquire(placeRequest());
      gone.set(clock.now(), (gone.get(clock.now()) ?? 0) + 1);
      clock.after(100, () => limiter.settle(own, true));
    });
    await clock.run();
    await Promise.all(all);
    expect([...gone]).toEqual([
      [5000, 1],
      [5100, 2],
      [5200, 4],
      [5300, 8],
    ]);
  });

  it("those of requests that left before are the same, even if they come late", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, []);
    const early = await Promise.all(Array.from({ length: 4 }, () => limiter.acquire(placeRequest())));
    for (const place of early.slice(1)) {
      await limiter.refuse(place, Promise.resolve({ ms: 5000, isTold: true }), { window: "w" });
      limiter.settle(place, false);
    }
    const gone: number[] = [];
    const all = Array.from({ length: 4 }, async () => {
      const place = await limiter.acquire(placeRequest());
      gone.push(clock.now());
      if (gone.length === 1) {
        // While the probe is under way, an answer comes to one that left before the pause.
        await limiter.refuse(early[0] ?? place, Promise.resolve({ ms: 300, isTold: true }), { window: "w" });
        limiter.settle(early[0] ?? place, false);
      }
      limiter.settle(place, true);
    });
    await clock.run();
    await Promise.all(all);
    expect(gone[0]).toBe(5000);
    expect(gone[1]).toBe(5300);
  });

  it("nobody leaves while it is read for how long", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, WINDOWS);
    const place = await limiter.acquire(placeRequest());
    let tell = (_delay: Delay): void => {};
    const refused = limiter.refuse(place, new Promise((resolve) => (tell = resolve)), undefined);
    let hasLeft = false;
    const next = limiter.acquire(placeRequest()).then(() => (hasLeft = true));
    await clock.run();
    expect(hasLeft).toBe(false);
    tell({ ms: 700, isTold: true });
    await refused;
    limiter.settle(place, false);
    await clock.run();
    await next;
    expect(clock.now()).toBe(700);
  });

  it("a repetition goes before what has queued since", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, WINDOWS);
    const first = placeRequest();
    const place = await limiter.acquire(first);
    await limiter.refuse(place, Promise.resolve({ ms: 1000, isTold: true }), undefined);
    const order: string[] = [];
    const second = limiter
      .acquire(placeRequest())
      .then((own) => (order.push("second"), limiter.settle(own, true)));
    limiter.settle(place, false);
    const again = limiter.acquire(first).then((own) => (order.push("first"), limiter.settle(own, true)));
    await clock.run();
    await Promise.all([second, again]);
    expect(order).toEqual(["first", "second"]);
  });
});

describe("what the server says of its policy", () => {
  it("is believed at once where it is less, and tried one by one where it is more", async () => {
    const clock = new VirtualClock();
    const limiter = limiterOf(clock, [{ name: "w", limit: 4, windowMs: 1000 }]);
    const state = { name: "w", windowMs: 1000 };
    limiter.learn([{ ...state, limit: 2, remaining: 2 }]);
    let underWay = 0;
    let most = 0;
    const go = async (): Promise<void> => {
      const place = await limiter.acquire(placeRequest());
      most = Math.max(most, ++underWay);
      await new Promise<void>((resolve) => clock.after(10, resolve));
      underWay -= 1;
      limiter.settle(place, true);
    };
    const burst = async (count: number): Promise<number> => {
      const start = clock.now();
      most = 0;
      const all = Array.from({ length: count }, go);
      await clock.run();
      await Promise.all(all);
      return clock.now() - start;
    };
    expect(await burst(2)).toBe(10);
    expect(limiter.snapshot()).toMatchObject([{ limit: 2, used: 0 + 2, free: 0 }]);
    clock.jump(5000);
    limiter.learn([{ ...state, limit: 6, remaining: 6 }]);
    expect(await burst(6)).toBe(60);
    expect(most).toBe(1);
    clock.jump(5000);
    expect(await burst(6)).toBe(10);
    expect(most).toBe(6);
  });

  it("a client that starts while the budget is half spent learns it from its first answers", async () => {
    const clock = new VirtualClock();
    const window = { name: "w", limit: 40, windowMs: 60_000 };
    const limiter = new RateLimiter(() => new MemoryBudget([window], clock, { isCautious: true }), clock);
    // Others were there ten seconds before.
    const arrivals = Array.from({ length: 20 }, () => -10_000);
    let refused = 0;
    const all = Array.from({ length: 60 }, async () => {
      const place = await limiter.acquire(placeRequest());
      await new Promise<void>((resolve) => clock.after(20, resolve));
      arrivals.push(clock.now());
      const counted = arrivals.filter((at) => at > clock.now() - 60_000).length;
      if (counted > 40) refused += 1;
      limiter.learn([{ name: "w", remaining: Math.max(0, 40 - counted) }]);
      limiter.settle(place, true);
    });
    await clock.run();
    await Promise.all(all);
    expect(refused).toBe(0);
    expect(clock.now()).toBeLessThan(61_000);
  });
});
