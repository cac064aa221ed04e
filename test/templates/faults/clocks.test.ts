import { beforeAll, describe, expect, test, vi } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import { MemoryBudget } from "../../../templates/client/src/runtime/memory-store.js";
import { RateLimiter } from "../../../templates/client/src/runtime/rate-limiter.js";
import { apiFor, definition, json, operation, serve } from "../../support/api-server.js";
import type { Job } from "../../support/limited-process.js";
import { limitingServer } from "../../support/limiting-server.js";
import { placeRequest } from "../../support/place-request.js";
import { limitedProcesses, type LimitedProcess } from "../../support/processes.js";
import { scratchFolder } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { VirtualClock } from "../../support/virtual-clock.js";

const HOUR_MS = 3_600_000;

describe("the clock on the wall", () => {
  test.each([
    ["an hour ahead", HOUR_MS],
    ["an hour back", -HOUR_MS],
  ])("jumps %s during a wait, and nobody leaves sooner or later for it", async (_, jumpMs) => {
    const arrivals: number[] = [];
    const server = await serve((_request, response) => {
      arrivals.push(performance.now());
      if (arrivals.length === 1) return json(response, 429, {}, { "retry-after": "1" });
      json(response, 200, {});
    });
    const policy = { ...definition.policy, windows: [{ name: "w", limit: 2, windowMs: 500 }] };
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const onEvent = ({ type }: { type: string }): void => {
        if (type === "pause") vi.setSystemTime(Date.now() + jumpMs);
      };
      const api = apiFor(server.url, { maxRetries: 1, rateLimit: {}, onEvent }, { policy });
      await Promise.all([1, 2, 3].map(() => call(api, operation(), {})));
    } finally {
      vi.useRealTimers();
    }
    const [first = 0, ...later] = arrivals.map((at) => at - (arrivals[0] ?? 0));
    expect([first, later.length]).toEqual([0, 3]);
    // Of two that left together, the other was let through.
    expect(later.filter((at) => at < 1000).length).toBeLessThanOrEqual(1);
  });
});

describe("a process that is frozen, and thaws", () => {
  let start: (job: Job) => LimitedProcess;
  const folder = scratchFolder();
  beforeAll(async () => void (start = await limitedProcesses(folder)));

  test("loses no call, though its connections are gone, and does not burst", async () => {
    const windows = [{ name: "w", limit: 10, windowMs: 400 }];
    const server = await limitingServer(windows);
    const one = start({ process: 0, url: server.url, windows, calls: 50 });
    await until(() => server.received.length >= 15);
    one.child.kill("SIGSTOP");
    server.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    one.child.kill("SIGCONT");
    expect(await one.outcome).toMatchObject({ failed: 0 });
    expect(server.refused).toEqual({ "fixed windows": 0, "sliding windows": 0, GCRA: 0 });
  });

  test("does not wait for what is over: neither a full window nor a pause, nor one that was too long to wait for", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(
      () => new MemoryBudget([{ name: "w", limit: 2, windowMs: 60_000 }], clock),
      clock,
    );
    const impatient = { maxWaitMs: 0 };
    for (let count = 0; count < 2; count += 1)
      limiter.settle(await limiter.acquire(placeRequest(impatient)), true);
    const tooLong = { code: "rate_limit_wait" };
    await expect(limiter.acquire(placeRequest(impatient))).rejects.toMatchObject(tooLong);
    clock.jump(15 * 60_000);
    for (const pauseMs of [60_000, 10 * HOUR_MS]) {
      const place = await limiter.acquire(placeRequest(impatient));
      await limiter.refuse(place, Promise.resolve({ ms: pauseMs, isTold: true }), undefined);
      limiter.settle(place, false);
      await expect(limiter.acquire(placeRequest(impatient))).rejects.toMatchObject(tooLong);
      clock.jump(pauseMs + 1);
    }
    limiter.settle(await limiter.acquire(placeRequest(impatient)), true);
  });
});
