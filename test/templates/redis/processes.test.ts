import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { RateLimitWindow } from "../../../templates/client/src/runtime/policy.js";
import { createRedisStore } from "../../../templates/client/src/redis/index.js";
import { definition, serve } from "../../support/api-server.js";
import { limitingServer } from "../../support/limiting-server.js";
import type { Job } from "../../support/limited-process.js";
import { limitedProcesses, type LimitedProcess } from "../../support/processes.js";
import { scratchFolder } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { noRedis, RedisServer } from "../../support/redis-server.js";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How many a server refused. */
const NONE = { "fixed windows": 0, "sliding windows": 0, GCRA: 0 };

/** As short as a machine that is busy with something else allows. */
const PATIENCE = { timeoutMs: 2000, leaseMs: 4000 };

describe.skipIf(noRedis)(`processes on one credential${noRedis ? `: skipped, ${noRedis}` : ""}`, () => {
  let redis: RedisServer;
  let start: (job: Job) => LimitedProcess;
  const clients: Redis[] = [];

  const folder = scratchFolder();

  beforeAll(async () => {
    [redis, start] = await Promise.all([RedisServer.start(), limitedProcesses(folder)]);
  });
  afterAll(() => clients.forEach((client) => client.disconnect()));

  function clientOf(url: string, windows: readonly RateLimitWindow[], name: string) {
    const events: RuntimeEvent[] = [];
    const client = new Redis(redis.url, { retryStrategy: () => 50 });
    client.on("error", () => {});
    clients.push(client);
    const policy = { ...definition.policy, windows };
    const api = createRuntime(
      { ...definition, policy },
      {
        baseUrl: url,
        rateLimit: { store: createRedisStore(client, { name, ...PATIENCE }) },
        onEvent: (event) => events.push(event),
      },
    );
    const states = (): string[] => events.flatMap((event) => (event.type === "store" ? [event.state] : []));
    const send = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () => call(api, { id: "get", method: "GET", path: "/" }, {}).safe()),
      );
    return { api, states, send };
  }

  it("five of them with 120 calls each: none is refused, all keep their order, and it takes as long as it must", async () => {
    // The windows of 15 minutes and of one, 150 times as fast.
    const windows = [
      { name: "sustained", limit: 200, windowMs: 6000 },
      { name: "burst", limit: 40, windowMs: 400 },
    ];
    const server = await limitingServer(windows);
    const store = { name: `five of ${server.url}`, timeoutMs: 20_000, leaseMs: 30_000 };
    const jobs = Array.from({ length: 5 }, (_, index): Job => {
      return { process: index, url: server.url, shared: { redis: redis.url, store }, windows, calls: 120 };
    });
    const outcomes = await Promise.all(jobs.map((job) => start(job).outcome));
    expect(outcomes.flatMap(({ events }) => events)).toEqual([]);
    expect(server.refused).toEqual(NONE);
    expect(server.received).toHaveLength(600);
    for (const { failed, order } of outcomes) {
      expect(failed).toBe(0);
      expect(order).toEqual(Array.from({ length: 120 }, (_, n) => n));
    }
    // How little is wasted is told elsewhere, in a time that is made.
    const took = Math.max(...server.arrivals) - Math.min(...server.arrivals);
    expect(took).toBeGreaterThanOrEqual(2 * 6000 + 4 * 400);
    expect(took).toBeLessThan(60_000);
  });

  it("one is killed while it holds places: the others get them once its lease and a window are over", async () => {
    const windows = [{ name: "w", limit: 5, windowMs: 500 }];
    const silent = await serve(() => {});
    const store = { name: "killed", ...PATIENCE };
    const victim = start({
      process: 0,
      url: silent.url,
      shared: { redis: redis.url, store },
      windows,
      calls: 5,
    });
    await until(() => silent.received.length === 5);
    victim.child.kill("SIGKILL");
    const killed = performance.now();
    const server = await limitingServer(windows);
    const { send } = clientOf(server.url, windows, "killed");
    expect((await send(5)).every(({ ok }) => ok)).toBe(true);
    // To the millisecond it is told elsewhere, in a time that is made.
    expect(performance.now() - killed).toBeLessThan(30_000);
  });

  it("one is frozen and thaws: no burst", async () => {
    const windows = [{ name: "w", limit: 10, windowMs: 400 }];
    const server = await limitingServer(windows);
    const store = { name: "frozen", ...PATIENCE };
    const one = start({
      process: 0,
      url: server.url,
      shared: { redis: redis.url, store },
      windows,
      calls: 60,
    });
    await until(() => server.received.length >= 10);
    one.child.kill("SIGSTOP");
    const { send } = clientOf(server.url, windows, "frozen");
    expect((await send(30)).every(({ ok }) => ok)).toBe(true);
    await sleep(PATIENCE.leaseMs + 500);
    one.child.kill("SIGCONT");
    const more = send(30);
    expect(await one.outcome).toMatchObject({ failed: 0, events: [] });
    await more;
    expect(server.refused).toEqual(NONE);
  });

  it.each([
    ["is killed and started anew", () => redis.kill(), () => redis.start()],
    ["hangs for a while", () => redis.freeze(), () => redis.thaw()],
  ])(
    "Redis %s: each keeps to its share, so that none is refused; then it is used again",
    async (what, stop, resume) => {
      const windows = [{ name: "w", limit: 20, windowMs: 1000 }];
      const server = await limitingServer(windows);
      const members = [1, 2].map(() => clientOf(server.url, windows, what));
      await Promise.all(members.map(({ send }) => send(10)));
      await stop();
      const began = performance.now();
      const results = await Promise.all(members.map(({ send }) => send(25)));
      expect(results.flat().every(({ ok }) => ok)).toBe(true);
      // A share of 10 each: 25 calls are three windows.
      expect(performance.now() - began).toBeLessThan(30_000);
      for (const { states } of members) expect(states()).toEqual(["degraded"]);
      expect(server.refused).toEqual(NONE);
      await resume();
      while (members.some(({ states }) => states().length < 2)) {
        await Promise.all(members.map(({ send }) => send(2)));
        await sleep(100);
      }
      // Until all are back, one may not know what another has used alone.
      const before = { ...server.refused };
      await Promise.all(members.map(({ send }) => send(30)));
      for (const { states } of members) expect(states()).toEqual(["degraded", "restored"]);
      expect(server.refused).toEqual(before);
    },
  );
});
