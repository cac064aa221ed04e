import { contract } from "@workspace-api/server";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createSandbox, type Sandbox } from "../../../sandbox/src/create-sandbox.js";
import { silentLog } from "../../../sandbox/src/log.js";
import { noRedis, RedisServer } from "../../support/redis-server.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";

/** Sends a burst with one credential, over the instances in turn. */
async function burst(
  instances: readonly Sandbox[],
  secret: string,
  length = 100,
): Promise<readonly Response[]> {
  return Promise.all(
    Array.from({ length }, (_, index) => {
      const instance = instances[index % instances.length];
      if (instance === undefined) throw new Error("There is no instance.");
      const headers = { authorization: `Bearer ${secret}` };
      return instance.fetch(new Request(`http://127.0.0.1${contract.basePath}/me`, { headers }));
    }),
  );
}

/** Holds the answers to what the spec says of a burst, and gives how many passed. */
async function judge(answers: readonly Response[]): Promise<number> {
  const refused = answers.filter(({ status }) => status !== 200);
  for (const answer of refused) {
    const wait = answer.headers.get("retry-after");
    expect(wait).toMatch(/^[1-9]\d{0,2}$/);
    const message = `Rate limit exceeded. Retry in ${wait} seconds.`;
    expect([answer.status, await answer.json()]).toMatchObject([429, { code: "rate_limited", message }]);
  }
  return answers.length - refused.length;
}

/** The least that any answer says is left of a window. */
function leastLeft(answers: readonly Response[], window: string): number {
  const left = answers.map(({ headers }) => {
    const found = new RegExp(`"${window}";r=(\\d+)`).exec(headers.get("ratelimit") ?? "");
    return Number(found?.[1]);
  });
  return Math.min(...left);
}

describe("a burst of 100 at one instance, counted in memory", () => {
  it("lets exactly 40 through, and counts no other", async () => {
    const sandbox = await startSandbox({ rateLimits: true });
    const answers = await burst([sandbox], sandbox.secrets.key);
    expect(await judge(answers)).toBe(40);
    expect(leastLeft(answers, "sustained")).toBe(160);
    await sandbox.close();
  });
});

const title = noRedis === undefined ? "" : ` (skipped: ${noRedis})`;
describe.skipIf(noRedis !== undefined)(`two instances with one Redis${title}`, () => {
  let server: RedisServer;
  let redis: Redis;
  let one: TestSandbox;
  let other: Sandbox;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
    redis.on("error", () => {});
    one = await startSandbox({ rateLimits: true, redisUrl: server.url, log: silentLog });
    const { clock, database } = one;
    other = await createSandbox({ database, clock, redisUrl: server.url, runDeliveries: false });
  });
  afterAll(async () => {
    server.thaw();
    redis.disconnect();
    await other.close();
    await one.close();
    await server.close();
  });

  /** A minute passes: the short window is over. */
  const passMinute = async (): Promise<void> => {
    await redis.del(await redis.keys("*burst*"));
  };

  it("let exactly 40 of a burst of 100 through, and 200 of all, whatever was refused", async () => {
    for (const left of [160, 120, 80, 40, 0]) {
      const answers = await burst([one, other], one.secrets.key);
      expect(await judge(answers)).toBe(40);
      expect(leastLeft(answers, "sustained")).toBe(left);
      await passMinute();
    }
    const answers = await burst([one, other], one.secrets.key);
    expect(await judge(answers)).toBe(0);
    // The long window is what they have to wait for.
    expect(Math.max(...answers.map(({ headers }) => Number(headers.get("retry-after"))))).toBeGreaterThan(60);
    // What the long window refused is not taken from the short one.
    const again = await one.call("GET", "/me", { as: "key" });
    expect([again.status, again.headers.get("ratelimit")]).toEqual([
      429,
      expect.stringContaining('"burst";r=40'),
    ]);
  });

  it("serve on while Redis is frozen, dead and back again, each with a limit of its own meanwhile", async () => {
    server.freeze();
    const frozen = await burst([one, other], one.secrets.admin);
    expect(await judge(frozen)).toBe(80);
    server.thaw();

    await server.kill();
    const alone = await burst([one, other], one.secrets.member);
    expect(await judge(alone)).toBe(80);

    await server.start();
    for (const instance of [one, other]) {
      const countsThere = async (): Promise<boolean> => {
        await redis.flushall();
        await burst([instance], one.secrets.other, 1);
        return (await redis.keys("*burst*")).length > 0;
      };
      await expect.poll(countsThere, { timeout: 30_000, interval: 200 }).toBe(true);
    }
    const together = await burst([one, other], one.secrets.owner);
    expect(await judge(together)).toBe(40);
  });
});
