import { Redis } from "ioredis";

import { freePort, RedisServer } from "./redis-server.js";

/** Where the second node's half of the 16,384 slots begins. */
const HALF = 8192;

/** A real cluster of two nodes, which are gone after the test file. */
export interface RedisCluster {
  readonly urls: string[];
  /** How often a node was sent what belongs to the other. */
  misled(): Promise<number>;
}

export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  for (const [from, to] of [
    [0, HALF - 1],
    [HALF, 2 * HALF - 1],
  ] as const) {
    const busPort = String(await freePort());
    const node = await RedisServer.start(["--cluster-enabled", "yes", "--cluster-port", busPort]);
    await ask(node, ["CLUSTER", "ADDSLOTSRANGE", String(from), String(to)]);
    nodes.push(node);
    const [first] = nodes;
    if (first && first !== node)
      await ask(first, ["CLUSTER", "MEET", "127.0.0.1", String(node.port), busPort]);
  }
  for (const node of nodes) while (!(await knowsAll(node))) await new Promise((next) => setTimeout(next, 20));
  const misled = async (): Promise<number> => {
    const counts = nodes.map(async (node) => {
      const [, count = 0] = /errorstat_MOVED:count=(\d+)/.exec(await ask(node, ["INFO", "errorstats"])) ?? [];
      return Number(count);
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  };
  return { urls: nodes.map(({ url }) => url), misled };
}

async function knowsAll(node: RedisServer): Promise<boolean> {
  const info = await ask(node, ["CLUSTER", "INFO"]);
  return /cluster_state:ok/.test(info) && /cluster_slots_ok:16384/.test(info);
}

async function ask({ url }: RedisServer, [command = "", ...values]: readonly string[]): Promise<string> {
  const client = new Redis(url);
  try {
    return String(await client.call(command, ...values));
  } finally {
    client.disconnect();
  }
}
