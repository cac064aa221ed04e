import { expect, it } from "vitest";

import { createRedisStore } from "../../../templates/client/src/redis/index.js";
import { systemClock } from "../../../templates/client/src/runtime/clock.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import { RateLimiter } from "../../../templates/client/src/runtime/rate-limiter.js";
import { placeRequest } from "../../support/place-request.js";

const TIMEOUT_MS = 20;
/** One place of a window of ten, in the order in which the script tells it. */
const ANSWER = ["0", "1", "1", "0", "0", "1", "state", "10", "10", "1", "1000", "0"];

it("reads an answer that came while the process was busy, before it gives up on Redis", async () => {
  let asked = 0;
  const answer = (): Promise<unknown> => {
    asked += 1;
    if (asked > 1) return Promise.resolve(ANSWER);
    return new Promise((resolve) => {
      setImmediate(() => {
        // Too long for the timeout, and not long enough to be told from a Redis that is down.
        const until = performance.now() + TIMEOUT_MS * 1.5;
        while (performance.now() < until);
        // As what is read from a socket, it comes after the timers that are due by now.
        setImmediate(() => resolve(ANSWER));
      });
    });
  };
  const store = createRedisStore(
    { evalsha: answer, eval: answer },
    { name: "busy", timeoutMs: TIMEOUT_MS, leaseMs: 1000 },
  );
  const events: RuntimeEvent[] = [];
  const windows = [{ name: "w", limit: 10, windowMs: 1000 }];
  const backoff = { initialMs: 500, maxMs: 30_000 };
  const emit = (event: RuntimeEvent): void => void events.push(event);
  const setup = { clock: systemClock, isCautious: false, emit, backoff };
  const limiter = new RateLimiter(() => store.open("", windows, setup), systemClock);
  expect(await limiter.acquire(placeRequest())).toBeDefined();
  expect(events).toEqual([]);
});
