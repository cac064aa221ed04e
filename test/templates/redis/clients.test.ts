import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import { createClient, createCluster } from "redis";
import { createClient as createClient4, createCluster as createCluster4 } from "redis-4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { systemClock } from "../../../templates/client/src/runtime/clock.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import { RateLimiter } from "../../../templates/client/src/runtime/rate-limiter.js";
import {
  createRedisStore,
  type IoRedisClient,
  type NodeRedisClient,
} from "../../../templates/client/src/redis/index.js";
import { placeRequest } from "../../support/place-request.js";
import { startRedisCluster, type RedisCluster } from "../../support/redis-cluster.js";
import { noRedis, RedisServer } from "../../support/redis-server.js";

type Client = IoRedisClient | NodeRedisClient;

const open: (() => unknown)[] = [];
afterAll(() => open.forEach((close) => close()));

/** A client that is closed after the tests. */
function closing<C extends Client & { disconnect(): unknown }>(client: C): C {
  open.push(() => client.disconnect());
  return client;
}

async function connected<C extends NodeRedisClient & { connect(): Promise<unknown> }>(
  client: C & { disconnect(): unknown },
): Promise<C> {
  await client.connect();
  return closing(client);
}

/** What a client is made of: the address of a server, or those of a cluster's nodes. */
type Connect = (urls: string[]) => Client | Promise<Client>;

const clients: [name: string, connect: Connect][] = [
  ["ioredis 6", ([url = ""]) => closing(new Redis(url))],
  ["ioredis 5", ([url = ""]) => closing(new Redis5(url))],
  ["node-redis 5", ([url = ""]) => connected(createClient({ url }))],
  ["node-redis 4", ([url = ""]) => connected(createClient4({ url }))],
];

const clusters: typeof clients = [
  ["ioredis 6", (urls) => closing(new Cluster(urls))],
  ["ioredis 5", (urls) => closing(new Cluster5(urls))],
  ["node-redis 5", (urls) => connected(createCluster({ rootNodes: urls.map((url) => ({ url })) }))],
  ["node-redis 4", (urls) => connected(createCluster4({ rootNodes: urls.map((url) => ({ url })) }))],
];

describe.skipIf(noRedis)(`a budget in Redis${noRedis ? `: skipped, ${noRedis}` : ""}`, () => {
  describe("of one server", () => {
    let server: RedisServer;
    beforeAll(async () => void (server = await RedisServer.start()));

    it.each(clients)(
      "is shared through %s: a place counts for all from before it is used until a window after",
      async (name, connect) => share(name, await connect([server.url]), await connect([server.url])),
    );
  });

  describe("of a cluster", () => {
    let cluster: RedisCluster;
    beforeAll(async () => void (cluster = await startRedisCluster()));

    it.each(clusters)("is shared through %s, which asks the right node", async (name, connect) => {
      const own = [await connect(cluster.urls), await connect(cluster.urls)];
      // Some of the names are on each of the nodes.
      await Promise.all(["a", "b", "c", "d"].map((budget) => share(`${name}, ${budget}`, ...own)));
      expect(await cluster.misled()).toBe(0);
    });
  });
});

/** Two processes with a budget of their own name. */
async function share(name: string, ...own: Client[]): Promise<void> {
  const windows = [
    { name: "w", limit: 4, windowMs: 400 },
    { name: "longer", limit: 100, windowMs: 60_000 },
  ];
  const events: RuntimeEvent[] = [];
  const emit = (event: RuntimeEvent): void => void events.push(event);
  // A client that has just connected may take its time.
  const options = { name, timeoutMs: 20_000, leaseMs: 30_000 };
  const limiters = own.map((client) => {
    const backoff = { initialMs: 500, maxMs: 30_000 };
    const setup = { clock: systemClock, isCautious: false, emit, backoff };
    return new RateLimiter(() => createRedisStore(client, options).open("", windows, setup), systemClock);
  });
  const [a, b] = limiters;
  if (!a || !b) throw new Error("There are two.");
  const asked = [a, a, a, b].map((limiter) => limiter.acquire(placeRequest()));
  const [place, second, third, others] = await Promise.all(asked);
  let isFree = false;
  const next = b.acquire(placeRequest()).then((free) => ((isFree = true), free));
  await new Promise((resolve) => setTimeout(resolve, 450));
  expect({ isFree, events }).toEqual({ isFree: false, events: [] });
  const settled = performance.now();
  for (const one of [place, second, third]) if (one) a.settle(one, true);
  const last = await next;
  expect(performance.now() - settled).toBeGreaterThanOrEqual(400);
  for (const one of [others, last]) if (one) b.settle(one, true);
  expect(b.snapshot()[0]).toMatchObject({ name: "w", limit: 4 });
  expect(events).toEqual([]);
}
