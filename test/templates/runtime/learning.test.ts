import { setImmediate as turn } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import { learning } from "../../../templates/client/src/runtime/learning-budget.js";
import type { ApiPolicy } from "../../../templates/client/src/runtime/policy.js";
import { ANNOUNCEMENTS, COUNTINGS, limitedWorld } from "../../support/limit-worlds.js";
import { VirtualClock } from "../../support/virtual-clock.js";

/** What the model makes of a spec that states no behaviour. */
const SILENT: ApiPolicy = {
  windows: [],
  refusalStatus: 429,
  retry: {
    statuses: [408, 429, 500, 502, 503, 504],
    delay: [{ header: "Retry-After" }],
    backoff: { initialMs: 500, maxMs: 30_000, factor: 2, jitter: "full" },
    maxAttempts: 4,
  },
};
const START = 1_790_000_000_370;

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** Makes 100 calls at once, twice, of a server that lets 20 through in 2 seconds; tells what became of them. */
async function twoHundred(counting: string, announcement: string, oneWayMs: number) {
  const clock = new VirtualClock(async () => {
    for (let index = 0; index < 3; index += 1) await turn();
    vi.setSystemTime(START + clock.now());
  });
  // Latencies vary by a tenth, in an order that is always the same.
  let seed = 1;
  const latency = (): number => {
    seed = (seed * 48_271) % (2 ** 31 - 1);
    return oneWayMs * (0.9 + 0.2 * (seed / 2 ** 31));
  };
  const create = COUNTINGS[counting];
  const announce = ANNOUNCEMENTS[announcement];
  if (!create || !announce) throw new Error("There is no such server.");
  const world = limitedWorld(clock, { counting: create(20, 2000), announcement: announce, latency });
  const definition = { name: "t", version: "1", securitySchemes: {}, policy: SILENT, learning, defaults: {} };
  const api = createRuntime(definition, { baseUrl: "http://localhost", clock, fetch: world.fetch });
  const rounds = [];
  for (const round of [1, 2]) {
    const [start, before] = [clock.now(), world.counts.sent];
    let end = start;
    const all = Array.from({ length: 100 }, async () => {
      const { ok } = await call(api, { id: "get", method: "GET", path: "/things" }, {}).safe();
      end = clock.now();
      return ok;
    });
    await clock.run();
    const delivered = (await Promise.all(all)).filter(Boolean).length;
    rounds.push({ round, delivered, sent: world.counts.sent - before, tookMs: end - start });
  }
  return { rounds, windows: api.rateLimit.snapshot() };
}

describe.each(Object.keys(COUNTINGS))(
  "a limit that the spec does not state, counted in a way that is %s",
  (counting) => {
    it.each(
      Object.keys(ANNOUNCEMENTS).flatMap((announcement) => [0, 2].map((ms) => [announcement, ms] as const)),
    )("and announced: %s, with %i ms each way", async (announcement, ms) => {
      const { rounds, windows } = await twoHundred(counting, announcement, ms);
      const [first, second] = rounds;
      expect(first?.delivered).toBe(100);
      expect(first?.sent).toBeLessThanOrEqual(120);
      // The least is 8 seconds, or 7 where a window is just over.
      expect(first?.tookMs).toBeLessThanOrEqual(12_000);
      expect(second?.delivered).toBe(100);
      expect(second?.sent).toBeLessThanOrEqual(105);
      const [window] = windows;
      expect(window).toMatchObject({ isLearned: true });
      // Told only what is left, a client sees at most one less than the limit.
      expect([19, 20]).toContain(window?.limit);
      expect(window?.windowMs).toBeGreaterThan(1000);
      expect(window?.windowMs).toBeLessThan(4000);
    });

    it.each(Object.keys(ANNOUNCEMENTS))(
      "and announced: %s, with 50 ms each way: all are delivered",
      async (announcement) => {
        const { rounds } = await twoHundred(counting, announcement, 50);
        for (const { delivered, sent } of rounds) {
          expect(delivered).toBe(100);
          expect(sent).toBeLessThanOrEqual(120);
        }
      },
    );
  },
);
