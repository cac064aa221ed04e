import { Redis } from "ioredis";

import type { IoRedisClient } from "../../templates/client/src/redis/index.js";
import { VirtualClock } from "./virtual-clock.js";

/** What the server's clock says at first. */
const START_MS = Date.UTC(2026, 2, 2);

/** A real Redis with the time of a clock that is moved, and that stands still while Redis is at work. */
export class TimedRedis {
  readonly clock: VirtualClock;
  readonly client: IoRedisClient;
  readonly #redis: Redis;

  constructor(url: string) {
    const redis = new Redis(url);
    const underWay = new Set<Promise<unknown>>();
    const clock = new VirtualClock(async () => {
      for (let turn = 0; turn < 20; turn += 1) {
        await Promise.resolve();
        while (underWay.size > 0) await Promise.allSettled(underWay);
      }
    });
    this.client = {
      evalsha: () => Promise.reject(new Error("NOSCRIPT: the time is written into it")),
      eval(script, keys, ...values) {
        const reply = redis.eval(timed(script, START_MS + clock.now()), keys, ...values);
        underWay.add(reply);
        return reply.finally(() => underWay.delete(reply));
      },
    };
    this.clock = clock;
    this.#redis = redis;
  }

  /** Forgets everything. */
  async lose(): Promise<void> {
    await this.#redis.flushall();
  }

  close(): void {
    this.#redis.disconnect();
  }
}

function timed(script: string, now: number): string {
  const microseconds = Math.round(now * 1000);
  const [before, after, ...more] = script.split('redis.call("TIME")');
  if (after === undefined || more.length > 0) throw new Error("The script does not ask for the time once.");
  return `${before}{ ${Math.floor(microseconds / 1e6)}, ${microseconds % 1e6} }${after}`;
}
