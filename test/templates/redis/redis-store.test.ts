import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { systemClock, type Clock } from "../../../templates/client/src/runtime/clock.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { OnEnd } from "../../../templates/client/src/runtime/lifetime.js";
import type { RateLimitWindow } from "../../../templates/client/src/runtime/operation.js";
import {
  RateLimiter,
  type Place,
  type PlaceRequest,
} from "../../../templates/client/src/runtime/rate-limiter.js";
import { createRedisStore, type RedisStoreOptions } from "../../../templates/client/src/redis/index.js";
import { noRedis, RedisServer } from "../../support/redis-server.js";

let sequence = 0;
function ask({ signal, ...request }: Partial<PlaceRequest> & { signal?: AbortSignal } = {}): PlaceRequest {
  const onEnd: OnEnd = (callback) => {
    signal?.addEventListener("abort", () => callback(signal.reason));
    return () => {};
  };
  sequence += 1;
  return { cost: 1, priority: 0, sequence, onEnd, maxWaitMs: Infinity, onWait: () => {}, ...request };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(noRedis)(`a budget in Redis${noRedis ? `: skipped, ${noRedis}` : ""}`, () => {
  let server: RedisServer;
  const open: (() => void)[] = [];
  let names = 0;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => open.forEach((close) => close()));

  function ioredis(): Redis {
    const client = new Redis(server.url);
    client.on("error", () => {});
    open.push(() => client.disconnect());
    return client;
  }

  /** A process, as far as Redis can tell. */
  function member(
    windows: readonly RateLimitWindow[],
    options: Partial<RedisStoreOptions> & { clock?: Clock; isCautious?: boolean } = {},
    client: Parameters<typeof createRedisStore>[0] = ioredis(),
  ) {
    const { clock = systemClock, isCautious = false, name = `n${names}`, ...rest } = options;
    const events: RuntimeEvent[] = [];
    const setup = { clock, isCautious, emit: (event: RuntimeEvent) => void events.push(event) };
    const store = createRedisStore(client, { name, ...rest });
    const limiter = new RateLimiter(store.open("", windows, setup), clock);
    return { limiter, events };
  }

  const fresh = (): string => `n${++names}`;

  async function takeAll(limiter: RateLimiter, count: number): Promise<Place[]> {
    return Promise.all(Array.from({ length: count }, () => limiter.acquire(ask())));
  }

  it.each([
    ["ioredis", async () => ioredis()],
    [
      "node-redis",
      async () => {
        const client = createClient({ url: server.url });
        client.on("error", () => {});
        await client.connect();
        open.push(() => client.destroy());
        return client;
      },
    ],
  ])(
    "is shared through %s: a place counts for all from before it is used until a window after",
    async (_, connect) => {
      fresh();
      const windows = [{ name: "w", limit: 4, windowMs: 400 }];
      const [a, b] = [member(windows, {}, await connect()), member(windows, {}, await connect())];
      const places = [...(await takeAll(a.limiter, 3)), ...(await takeAll(b.limiter, 1))];
      let isFree = false;
      const next = b.limiter.acquire(ask()).then((place) => ((isFree = true), place));
      await sleep(450);
      expect(isFree).toBe(false);
      const settled = performance.now();
      for (const place of places.slice(0, 3)) a.limiter.settle(place, true);
      const place = await next;
      const waited = performance.now() - settled;
      expect(waited).toBeGreaterThanOrEqual(400);
      expect(waited).toBeLessThan(1500);
      b.limiter.settle(place, true);
      expect(b.limiter.snapshot()[0]).toMatchObject({ name: "w", limit: 4 });
      expect([...a.events, ...b.events]).toEqual([]);
    },
  );

  it("has nobody wait for a place that a process took into death, once its lease and a window are over", async () => {
    fresh();
    const windows = [{ name: "w", limit: 2, windowMs: 300 }];
    const options = { leaseMs: 600, timeoutMs: 500 };
    const client = ioredis();
    await takeAll(member(windows, options, client).limiter, 2);
    client.disconnect();
    const start = performance.now();
    await member(windows, options).limiter.acquire(ask());
    const waited = performance.now() - start;
    expect(waited).toBeGreaterThanOrEqual(600 + 300);
    expect(waited).toBeLessThan(4000);
  });

  it("keeps a place for a process that lives and waits long for its answer", async () => {
    fresh();
    const windows = [{ name: "w", limit: 1, windowMs: 100 }];
    const options = { leaseMs: 300, timeoutMs: 200 };
    const [a, b] = [member(windows, options), member(windows, options)];
    const [place] = await takeAll(a.limiter, 1);
    let isFree = false;
    const next = b.limiter.acquire(ask()).then(() => (isFree = true));
    await sleep(1200);
    expect(isFree).toBe(false);
    if (place) a.limiter.settle(place, true);
    await next;
  });

  it("does not care what the processes' clocks say", async () => {
    fresh();
    const windows = [{ name: "w", limit: 2, windowMs: 500 }];
    const ahead = (ms: number): Clock => ({ ...systemClock, now: () => systemClock.now() + ms });
    const [a, b] = [
      member(windows, { clock: ahead(3_600_000) }),
      member(windows, { clock: ahead(-3_600_000) }),
    ];
    for (const place of await takeAll(a.limiter, 2)) a.limiter.settle(place, true);
    const start = performance.now();
    await b.limiter.acquire(ask());
    expect(performance.now() - start).toBeGreaterThanOrEqual(480);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it("pauses all processes when one is refused; then one probe leaves, of one of them, then twice as many", async () => {
    fresh();
    const members = Array.from({ length: 4 }, () => member([]));
    const [first] = members;
    const [place] = first ? await takeAll(first.limiter, 1) : [];
    if (!first || !place) throw new Error("no place");
    await first.limiter.refuse(place, Promise.resolve(500), undefined);
    first.limiter.settle(place, false);
    // It is told before anyone else asks.
    await sleep(50);
    const start = performance.now();
    const gone: number[] = [];
    let underWay = 0;
    const most: number[] = [];
    const all = members.flatMap(({ limiter }) =>
      Array.from({ length: 4 }, async () => {
        const own = await limiter.acquire(ask());
        gone.push(performance.now() - start);
        most.push(++underWay);
        await sleep(100);
        underWay -= 1;
        limiter.settle(own, true);
      }),
    );
    await Promise.all(all);
    expect(Math.min(...gone)).toBeGreaterThanOrEqual(400);
    expect(most[0]).toBe(1);
    expect(Math.max(...most.slice(0, 3))).toBeLessThanOrEqual(2);
    expect(Math.max(...most.slice(0, 7))).toBeLessThanOrEqual(4);
  });

  it("learns for all what the server says to one", async () => {
    fresh();
    const windows = [{ name: "w", limit: 10, windowMs: 60_000 }];
    const [a, b] = [member(windows), member(windows)];
    const [place] = await takeAll(a.limiter, 1);
    a.limiter.learn([{ name: "w", remaining: 2, limit: 8, windowMs: 60_000 }]);
    if (place) a.limiter.settle(place, true);
    await takeNothing(a.limiter);
    await takeNothing(b.limiter);
    expect(b.limiter.snapshot()[0]).toMatchObject({ limit: 8, used: 6, free: 2 });
  });

  it("gives each of the processes that wait its part", async () => {
    fresh();
    const windows = [{ name: "w", limit: 12, windowMs: 700 }];
    const members = Array.from({ length: 3 }, () => member(windows));
    const [first] = members;
    if (!first) throw new Error("none");
    for (const place of await takeAll(first.limiter, 12)) first.limiter.settle(place, true);
    const gone = [0, 0, 0];
    const counts = await Promise.all(
      members.map(async ({ limiter }, index) => {
        const all = Array.from({ length: 30 }, async () => {
          const place = await limiter.acquire(ask());
          gone[index] = (gone[index] ?? 0) + 1;
          limiter.settle(place, true);
        });
        await Promise.any(all);
        await sleep(300);
        const count = gone[index];
        void Promise.all(all);
        return count;
      }),
    );
    expect(counts).toEqual([4, 4, 4]);
  });

  it("is told what its processes know when Redis has lost everything", async () => {
    fresh();
    const windows = [{ name: "w", limit: 4, windowMs: 3000 }];
    const [a, b] = [member(windows), member(windows)];
    for (const place of await takeAll(a.limiter, 4)) a.limiter.settle(place, true);
    const settled = performance.now();
    // It sees what the other has used, and uses nothing.
    const controller = new AbortController();
    const waiting = b.limiter.acquire(ask({ signal: controller.signal })).catch(() => {});
    await sleep(50);
    controller.abort();
    await waiting;
    await server.kill();
    await server.start();
    await a.limiter.acquire(ask());
    expect(performance.now() - settled).toBeGreaterThanOrEqual(3000);
    expect([...a.events, ...b.events]).toEqual([]);
  });

  /** Asks and gives back: what there is to tell is told. */
  async function takeNothing(limiter: RateLimiter): Promise<void> {
    const place = await limiter.acquire(ask({ priority: 1 })).catch(() => undefined);
    if (place) limiter.settle(place, false);
    await sleep(30);
  }
});
