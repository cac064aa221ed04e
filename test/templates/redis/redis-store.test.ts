import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Clock } from "../../../templates/client/src/runtime/clock.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { RateLimitWindow } from "../../../templates/client/src/runtime/policy.js";
import { RateLimiter, type Place } from "../../../templates/client/src/runtime/rate-limiter.js";
import { createRedisStore, type RedisStoreOptions } from "../../../templates/client/src/redis/index.js";
import { COUNTERS } from "../../support/counters.js";
import { placeRequest } from "../../support/place-request.js";
import { noRedis, RedisServer } from "../../support/redis-server.js";
import { TimedRedis } from "../../support/timed-redis.js";

const BACKOFF = { initialMs: 500, maxMs: 30_000 };

const IMPATIENT = { leaseMs: 600, timeoutMs: 500 };

describe.skipIf(noRedis)(`a budget in Redis${noRedis ? `: skipped, ${noRedis}` : ""}`, () => {
  let server: RedisServer;
  let names = 0;

  const open: TimedRedis[] = [];

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => open.forEach((redis) => redis.close()));

  /** Processes that share a budget, as far as Redis can tell, in a time that only moves when it is told to. */
  async function processes(windows: readonly RateLimitWindow[], options: Partial<RedisStoreOptions> = {}) {
    const redis = new TimedRedis(server.url);
    open.push(redis);
    const { clock } = redis;
    const events: RuntimeEvent[] = [];
    const emit = (event: RuntimeEvent): void => void events.push(event);
    const store = createRedisStore(redis.client, { name: `n${++names}`, ...options });
    const start = (own: Clock = clock, budget = ""): RateLimiter =>
      new RateLimiter(
        () => store.open(budget, windows, { clock: own, isCautious: false, emit, backoff: BACKOFF }),
        own,
      );
    // The digest of the script is made while no time passes.
    const [place] = await take(start(clock, "another"), 1);
    expect(place).toBeDefined();
    return { redis, clock, events, start };
  }

  const take = (limiter: RateLimiter, count: number): Promise<Place[]> =>
    Promise.all(Array.from({ length: count }, () => limiter.acquire(placeRequest())));

  /** Asks for a place, and tells when it got it. */
  async function arrival(limiter: RateLimiter, clock: Clock): Promise<number> {
    await limiter.acquire(placeRequest());
    return clock.now();
  }

  it("lets all go at once that there is room for, though the first asks for itself alone", async () => {
    const { clock, start } = await processes([{ name: "w", limit: 50, windowMs: 1000 }]);
    expect(await take(start(), 50)).toHaveLength(50);
    expect(clock.now()).toBe(0);
  });

  it("has nobody wait for a place that a process took into death, once its lease and a window are over", async () => {
    const { clock, start } = await processes([{ name: "w", limit: 2, windowMs: 300 }], IMPATIENT);
    // It takes what there is, and no timer of its ever fires.
    await take(start({ now: () => clock.now(), after: () => () => {} }), 2);
    const got = arrival(start(), clock);
    await clock.pass(2000);
    const waited = await got;
    expect(waited).toBeGreaterThanOrEqual(600 + 300);
    expect(waited).toBeLessThan(1000);
  });

  it("keeps a place for a process that lives and waits long for its answer", async () => {
    const { clock, start } = await processes([{ name: "w", limit: 1, windowMs: 100 }], {
      leaseMs: 300,
      timeoutMs: 200,
    });
    const [a, b] = [start(), start()];
    const [place] = await take(a, 1);
    if (!place) throw new Error("no place");
    const got = arrival(b, clock);
    await clock.pass(5000);
    a.settle(place, true);
    await clock.pass(1000);
    expect(await got).toBeGreaterThanOrEqual(5100);
    expect(await got).toBeLessThan(5200);
  });

  it("does not use places that it was given and could not read of, once others may have them", async () => {
    const { redis, clock, start } = await processes([{ name: "w", limit: 2, windowMs: 500 }], {
      name: "thawed",
      ...IMPATIENT,
    });
    let thaw = (): void => {};
    const thawed = new Promise<void>((resolve) => (thaw = resolve));
    let isFrozen = true;
    const due: (() => void)[] = [];
    const own: Clock = {
      now: () => clock.now(),
      after: (ms, callback) => clock.after(ms, () => (isFrozen ? due.push(callback) : callback())),
    };
    const client: typeof redis.client = {
      ...redis.client,
      eval: async (...values) => {
        const answer = await redis.client.eval(...values);
        await thawed;
        return answer;
      },
    };
    const store = createRedisStore(client, { name: "thawed", ...IMPATIENT });
    const setup = { clock: own, isCautious: false, emit: () => {}, backoff: BACKOFF };
    const frozen = new RateLimiter(
      () => store.open("", [{ name: "w", limit: 2, windowMs: 500 }], setup),
      own,
    );
    const got = arrival(frozen, clock);
    await clock.pass(2000);

    const other = start();
    for (const place of await take(other, 2)) other.settle(place, true);
    isFrozen = false;
    // Timers that are due come before what can be read.
    due.forEach((callback) => callback());
    thaw();
    await clock.pass(1000);
    expect(await got).toBeGreaterThanOrEqual(2500);
    expect(await got).toBeLessThan(2600);
  });

  it("does not care what the processes' clocks say", async () => {
    const { clock, start } = await processes([{ name: "w", limit: 2, windowMs: 500 }]);
    const ahead = (ms: number): Clock => ({
      now: () => clock.now() + ms,
      after: (wait, callback) => clock.after(wait, callback),
    });
    const [a, b] = [start(ahead(3_600_000)), start(ahead(-3_600_000))];
    for (const place of await take(a, 2)) a.settle(place, true);
    const got = arrival(b, clock);
    await clock.pass(1000);
    expect(await got).toBeGreaterThanOrEqual(500);
    expect(await got).toBeLessThan(510);
  });

  it("pauses all processes when one is refused; then one probe leaves, of one of them, then twice as many", async () => {
    const { clock, start } = await processes([]);
    const members = Array.from({ length: 4 }, () => start());
    const [first] = members;
    const [place] = first ? await take(first, 1) : [];
    if (!first || !place) throw new Error("no place");
    await first.refuse(place, Promise.resolve({ ms: 500, isTold: true }), undefined);
    first.settle(place, false);
    await clock.pass(10);
    let underWay = 0;
    const gone: { at: number; underWay: number }[] = [];
    const all = members.flatMap((limiter) =>
      Array.from({ length: 4 }, async () => {
        const own = await limiter.acquire(placeRequest());
        gone.push({ at: clock.now(), underWay: ++underWay });
        clock.after(100, () => {
          underWay -= 1;
          limiter.settle(own, true);
        });
      }),
    );
    await clock.pass(5000);
    await Promise.all(all);
    expect(gone[0]?.at).toBeGreaterThanOrEqual(500);
    const most = (count: number): number => Math.max(...gone.slice(0, count).map((one) => one.underWay));
    expect([most(1), most(3), most(7), most(15)]).toEqual([1, 2, 4, 8]);
  });

  it("learns for all what the server says to one", async () => {
    const { clock, start } = await processes([{ name: "w", limit: 10, windowMs: 60_000 }]);
    const [a, b] = [start(), start()];
    const [place] = await take(a, 1);
    if (!place) throw new Error("no place");
    a.learn([{ name: "w", remaining: 2, limit: 8, windowMs: 60_000 }]);
    a.settle(place, true);
    // The other sees it as soon as it asks.
    const [own] = await take(b, 1);
    if (own) b.settle(own, false);
    await clock.pass(0);
    expect(b.snapshot()[0]).toMatchObject({ limit: 8, used: 6, free: 2 });
  });

  it("gives each of the processes that wait its part, also one that comes late and asks for little", async () => {
    const { clock, start } = await processes([{ name: "w", limit: 12, windowMs: 700 }]);
    const gone = [0, 0, 0, 0];
    const askOnce = async (limiter: RateLimiter, index: number): Promise<void> => {
      const place = await limiter.acquire(placeRequest());
      gone[index] = (gone[index] ?? 0) + 1;
      limiter.settle(place, true);
    };
    const ask = (limiter: RateLimiter, index: number, count: number): void => {
      for (let place = 0; place < count; place += 1) void askOnce(limiter, index);
    };
    const first = start();
    for (const place of await take(first, 12)) first.settle(place, true);
    [first, start(), start()].forEach((limiter, index) => ask(limiter, index, 100));
    await clock.pass(705);
    expect(gone).toEqual([4, 4, 4, 0]);
    ask(start(), 3, 3);
    await clock.pass(705);
    expect(gone).toEqual([7, 7, 7, 3]);
  });

  it("lets five processes send 1,000 requests that no server refuses, and wastes hardly any time", async () => {
    const windows = [
      { name: "sustained", limit: 200, windowMs: 90_000 },
      { name: "burst", limit: 40, windowMs: 6000 },
    ];
    const { clock, start, events } = await processes(windows);
    const counters = Object.values(COUNTERS).flatMap((create) => windows.map(create));
    const arrivals: number[] = [];
    let refused = 0;
    const send = async (limiter: RateLimiter): Promise<void> => {
      const place = await limiter.acquire(placeRequest());
      await new Promise<void>((resolve) => clock.after(40, resolve));
      arrivals.push(clock.now());
      refused += counters.filter((counter) => !counter(clock.now())).length;
      await new Promise<void>((resolve) => clock.after(40, resolve));
      limiter.settle(place, true);
    };
    const limiters = Array.from({ length: 5 }, () => start());
    const all = limiters.flatMap((limiter) => Array.from({ length: 200 }, () => send(limiter)));
    await clock.pass(600_000);
    await Promise.all(all);
    expect(refused).toBe(0);
    const least = 4 * 90_000 + 4 * 6000;
    expect((arrivals.at(-1) ?? 0) / least).toBeGreaterThanOrEqual(1);
    expect((arrivals.at(-1) ?? 0) / least).toBeLessThan(1.01);
    expect(events).toEqual([]);
  });

  it("is not that of another name", async () => {
    const windows = [{ name: "w", limit: 2, windowMs: 60_000 }];
    const { redis, clock, start, events } = await processes(windows);
    const emit = (event: RuntimeEvent): void => void events.push(event);
    const setup = { clock, isCautious: false, emit, backoff: BACKOFF };
    const store = createRedisStore(redis.client, { name: `n${++names}` });
    const [one, other] = [start(), new RateLimiter(() => store.open("", windows, setup), clock)];
    const places = await take(one, 2);
    const queued = arrival(one, clock);
    const [held] = places;
    if (!held) throw new Error("There are two.");
    await one.refuse(held, Promise.resolve({ ms: 30_000, isTold: true }), undefined);
    for (const place of places) one.settle(place, true);
    expect(await take(other, 2)).toHaveLength(2);
    expect(clock.now()).toBe(0);
    await clock.pass(120_000);
    expect(await queued).toBeGreaterThanOrEqual(30_000);
    expect(events).toEqual([]);
  });

  it("is told what its processes know when Redis has lost everything", async () => {
    const { redis, clock, start, events } = await processes([{ name: "w", limit: 4, windowMs: 3000 }]);
    const [a, b] = [start(), start()];
    for (const place of await take(a, 4)) a.settle(place, true);
    // It sees what the other has used, and uses nothing.
    const controller = new AbortController();
    const waiting = b.acquire(placeRequest({ signal: controller.signal })).catch(() => {});
    await clock.pass(50);
    controller.abort();
    await waiting;
    await redis.lose();
    const got = [arrival(a, clock), arrival(b, clock)];
    await clock.pass(5000);
    for (const at of await Promise.all(got)) expect(at).toBeGreaterThanOrEqual(3000);
    expect(events).toEqual([]);
  });
});
