import { setImmediate as turn } from "node:timers/promises";

import { describe, expect, it, vi } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import { learning } from "../../../templates/client/src/runtime/learning-budget.js";
import type { Fetch } from "../../../templates/client/src/runtime/layer.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import type { ApiPolicy } from "../../../templates/client/src/runtime/policy.js";
import { ANNOUNCEMENTS, COUNTINGS, limitedWorld } from "../../support/limit-worlds.js";
import { VirtualClock } from "../../support/virtual-clock.js";

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
const GET = { id: "get", method: "GET", path: "/things" };

function clockOf(): VirtualClock {
  return new VirtualClock(async () => {
    for (let index = 0; index < 3; index += 1) await turn();
  });
}

function apiOf(clock: VirtualClock, fetch: Fetch, policy: Partial<ApiPolicy> = {}, options: ApiOptions = {}) {
  const securitySchemes = { apiKey: { kind: "bearer" } } as const;
  const definition = {
    name: "t",
    version: "1",
    securitySchemes,
    policy: { ...SILENT, ...policy },
    learning,
    defaults: {},
  };
  return createRuntime(definition, { baseUrl: "https://x.test", clock, fetch, ...options });
}

/** Calls so often at once; tells how many were delivered and how long it took. */
async function burst(
  clock: VirtualClock,
  apis: readonly ReturnType<typeof apiOf>[],
  operation: typeof GET = GET,
) {
  const start = clock.now();
  let end = start;
  const all = apis.map(async (api) => {
    const { ok } = await call(api, operation, {}).safe();
    end = clock.now();
    return ok;
  });
  await clock.run();
  return { delivered: (await Promise.all(all)).filter(Boolean).length, tookMs: end - start };
}

/** A server that takes so many at a time, each for so long. */
function busyWorld(clock: VirtualClock, most: number, serviceMs: number) {
  const counts = { sent: 0, refused: 0 };
  let inService = 0;
  const pass = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  const fetch: Fetch = async () => {
    counts.sent += 1;
    await pass(1);
    if (inService >= most) {
      counts.refused += 1;
      await pass(1);
      return new Response("{}", { status: 429, headers: { "content-type": "application/json" } });
    }
    inService += 1;
    await pass(serviceMs);
    inService -= 1;
    await pass(1);
    return Response.json({});
  };
  return { fetch, counts };
}

describe("a server that takes ten at a time", () => {
  it("is found out: at most 12 of 100 are refused, and it takes 1.2 of the least time", async () => {
    const clock = clockOf();
    const { fetch, counts } = busyWorld(clock, 10, 200);
    const api = apiOf(clock, fetch);
    const { delivered, tookMs } = await burst(clock, Array(100).fill(api));
    expect(delivered).toBe(100);
    expect(counts.refused).toBeLessThanOrEqual(12);
    expect(tookMs).toBeLessThanOrEqual(1.2 * 2000);
    expect(api.rateLimit.snapshot()).toMatchObject([{ name: "concurrency", limit: 10, isLearned: true }]);
  });

  it.each([
    ["by the spec", { concurrency: 10 }, {}],
    ["by an option", {}, { rateLimit: { concurrency: 10 } }],
  ])("and says so %s: none is refused", async (_, policy, options) => {
    const clock = clockOf();
    const { fetch, counts } = busyWorld(clock, 10, 200);
    const { delivered, tookMs } = await burst(clock, Array(100).fill(apiOf(clock, fetch, policy, options)));
    expect([delivered, counts.refused]).toEqual([100, 0]);
    expect(tookMs).toBeLessThanOrEqual(1.2 * 2000);
  });

  it("beside a window", async () => {
    const clock = clockOf();
    const { fetch, counts } = busyWorld(clock, 10, 200);
    const windows = [{ name: "w", limit: 1000, windowMs: 60_000 }];
    const { delivered, tookMs } = await burst(
      clock,
      Array(100).fill(apiOf(clock, fetch, { windows, concurrency: 10 })),
    );
    expect([delivered, counts.refused]).toEqual([100, 0]);
    expect(tookMs).toBeLessThanOrEqual(1.2 * 2000);
  });
});

describe("a window of 10 in a second, 800 ms away", () => {
  const windows = [{ name: "w", limit: 10, windowMs: 1000 }];
  /** One way, in milliseconds: 400, and up to 100 more, spread evenly. */
  function spread(): () => number {
    let seed = 7;
    return () => {
      seed = (seed * 48_271) % (2 ** 31 - 1);
      return 400 + 100 * (seed / 2 ** 31);
    };
  }
  const announcement = ANNOUNCEMENTS["not at all"];
  it.each(Object.keys(COUNTINGS))(
    "takes 1.2 of the least time, and one at most is refused: %s",
    async (counting) => {
      const clock = clockOf();
      const create = COUNTINGS[counting];
      if (!create || !announcement) throw new Error("There is no such server.");
      const { fetch, counts } = limitedWorld(clock, {
        counting: create(10, 1000),
        announcement,
        latency: spread(),
      });
      const { delivered, tookMs } = await burst(clock, Array(60).fill(apiOf(clock, fetch, { windows })));
      expect(delivered).toBe(60);
      expect(counts.refused).toBeLessThanOrEqual(1);
      expect(tookMs).toBeLessThanOrEqual(1.2 * 5800);
    },
  );

  it.each([
    ["", SILENT.retry.delay],
    [", though the server says what is left", [{ header: "RateLimit" }]],
  ])("is not held up by slow answers%s", async (_, delay) => {
    const clock = clockOf();
    const fetch: Fetch = (url) =>
      new Promise((resolve) =>
        clock.after(String(url).endsWith("slow") ? 8000 : 10, () => resolve(Response.json({}))),
      );
    const policy = { windows: [{ name: "w", limit: 5, windowMs: 1000 }], retry: { ...SILENT.retry, delay } };
    const api = apiOf(clock, fetch, policy);
    const slow = Array.from({ length: 5 }, () => call(api, { id: "slow", method: "GET", path: "/slow" }, {}));
    let doneAt = Infinity;
    const fast = call(api, GET, {}).then(() => (doneAt = clock.now()));
    await clock.run();
    await Promise.all([...slow, fast]);
    expect(doneAt).toBeLessThanOrEqual(1800);
  });
});

describe("clients with one credential", () => {
  const announcement = ANNOUNCEMENTS["Retry-After"];
  const sliding = COUNTINGS["sliding"];
  if (!announcement || !sliding) throw new Error("There is no such server.");
  const windows = [{ name: "w", limit: 20, windowMs: 2000 }];

  it("share what the spec states: of 120 calls of two, none is refused", async () => {
    const clock = clockOf();
    const { fetch, counts } = limitedWorld(clock, { counting: sliding(20, 2000), announcement });
    const apis = [1, 2].map(() => apiOf(clock, fetch, { windows }, { apiKey: "one" }));
    const { delivered } = await burst(
      clock,
      Array.from({ length: 120 }, (_, n) => apis[n % 2] ?? apiOf(clock, fetch)),
    );
    expect([delivered, counts.refused]).toEqual([120, 0]);
  });

  it("one for each of 100 requests: all are delivered, stated or not", async () => {
    for (const [stated, most] of [
      [windows, 0],
      [[], 20],
    ] as const) {
      const clock = clockOf();
      const { fetch, counts } = limitedWorld(clock, { counting: sliding(20, 2000), announcement });
      const apis = Array.from({ length: 100 }, () =>
        apiOf(clock, fetch, { windows: stated }, { apiKey: "one" }),
      );
      const { delivered } = await burst(clock, apis);
      expect(delivered).toBe(100);
      expect(counts.refused).toBeLessThanOrEqual(most);
    }
  });

  it("count by themselves where they have other credentials, or are told to", async () => {
    const clock = clockOf();
    const { fetch } = limitedWorld(clock, { counting: sliding(1000, 2000), announcement });
    const options: ApiOptions[] = [
      { apiKey: "one" },
      { apiKey: "two" },
      { apiKey: "one", rateLimit: { shared: false } },
      { apiKey: "one", baseUrl: "https://y.test" },
    ];
    const apis = options.map((own) => apiOf(clock, fetch, { windows }, own));
    const [first] = apis;
    if (first) await burst(clock, [first, first]);
    expect(apis.map((api) => api.rateLimit.snapshot()[0]?.used)).toEqual([2, 0, 0, 0]);
  });
});

describe("retries", () => {
  const down = (): Response => new Response("{}", { status: 503 });

  it("carry 100 reads at once over 0.7 seconds of 503", async () => {
    const clock = clockOf();
    const fetch: Fetch = async () => {
      await new Promise<void>((resolve) => clock.after(2, resolve));
      return clock.now() < 700 ? down() : Response.json({});
    };
    const { delivered } = await burst(clock, Array(100).fill(apiOf(clock, fetch)));
    expect(delivered).toBe(100);
  });

  it("where a fifth of the answers are 503, fail 0.7 % of 600 calls at most", async () => {
    const clock = clockOf();
    let seed = 11;
    const fetch: Fetch = async () => {
      await new Promise<void>((resolve) => clock.after(20, resolve));
      seed = (seed * 48_271) % (2 ** 31 - 1);
      return seed / 2 ** 31 < 0.2 ? down() : Response.json({});
    };
    const api = apiOf(clock, fetch);
    let failed = 0;
    let left = 600;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const { ok } = await call(api, GET, {}).safe();
        if (!ok) failed += 1;
      }
    };
    const all = Promise.all(Array.from({ length: 20 }, worker));
    await clock.run();
    await all;
    expect(failed / 600).toBeLessThanOrEqual(0.007);
  });

  it.each([
    ["at once", 0],
    ["over the time", 600],
  ])("send 1.1 requests a call at most in ten minutes of outage, 1,000 calls %s", async (_, everyMs) => {
    const clock = clockOf();
    let sent = 0;
    const fetch: Fetch = async () => {
      sent += 1;
      await new Promise<void>((resolve) => clock.after(5, resolve));
      return down();
    };
    const api = apiOf(clock, fetch);
    const all: Promise<unknown>[] = [];
    for (let index = 0; index < 1000; index += 1)
      clock.after(index * everyMs, () => void all.push(call(api, GET, {}).safe()));
    await clock.run();
    await Promise.all(all);
    expect(sent).toBeLessThanOrEqual(1100);
  });
});

describe("a refusal", () => {
  const retry = { ...SILENT.retry, maxAttempts: 2 };

  /** A resource that always refuses, among others that never do. */
  function stubborn(clock: VirtualClock) {
    const counts = { refused: 0, sent: 0 };
    const fetch: Fetch = async (url) => {
      counts.sent += 1;
      await new Promise<void>((resolve) => clock.after(5, resolve));
      if (!String(url).endsWith("/stubborn")) return Response.json({});
      counts.refused += 1;
      return new Response("{}", { status: 429, headers: { "retry-after": "4" } });
    };
    return { fetch, counts };
  }

  it.each([
    ["is silent", []],
    ["states a window", [{ name: "w", limit: 100, windowMs: 60_000 }]],
  ])("of a resource that always refuses delays nobody else, where the spec %s", async (_, windows) => {
    const clock = clockOf();
    const { fetch, counts } = stubborn(clock);
    const api = apiOf(clock, fetch, { windows, retry });
    const refused = Array.from({ length: 3 }, () =>
      call(api, { id: "stubborn", method: "GET", path: "/stubborn" }, {}).safe(),
    );
    const times: number[] = [];
    const others = Array.from({ length: 5 }, (_unused, index) =>
      call(api, { ...GET, id: `other${index}` }, {}).then(() => times.push(clock.now())),
    );
    clock.after(1000, () => {
      for (const each of [1, 2, 3])
        others.push(call(api, { ...GET, id: `later${each}` }, {}).then(() => times.push(clock.now() - 1000)));
    });
    await clock.run();
    await Promise.all(others);
    expect((await Promise.all(refused)).map(({ ok }) => ok)).toEqual([false, false, false]);
    expect(times).toHaveLength(8);
    expect(Math.max(...times)).toBeLessThan(100);
    expect(counts.refused).toBeLessThanOrEqual(7);
  });

  it("of another host neither pauses the API nor takes a place of its windows", async () => {
    const clock = clockOf();
    const fetch: Fetch = async (url) =>
      String(url).startsWith("https://x.test")
        ? Response.json({})
        : new Response("{}", { status: 429, headers: { "retry-after": "600" } });
    const windows = [{ name: "w", limit: 1, windowMs: 60_000 }];
    const api = apiOf(clock, fetch, { windows }, { maxRetries: 0 });
    expect((await api.fetch("https://elsewhere.test/file")).status).toBe(429);
    await call(api, GET, {});
    expect(clock.now()).toBe(0);
  });

  it("for an implausible time is probed, and forgotten when told so", async () => {
    const clock = clockOf();
    let isDown = true;
    const fetch: Fetch = async () =>
      isDown
        ? new Response("{}", {
            status: 429,
            headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999999999" },
          })
        : Response.json({});
    const api = apiOf(clock, fetch, {}, { rateLimit: { maxPauseMs: 60_000, shared: false } });
    expect((await call(api, GET, {}).safe()).ok).toBe(false);
    isDown = false;
    expect(await call(api, GET, {}).safe()).toMatchObject({ ok: false, error: { code: "rate_limit_wait" } });
    await clock.pass(61_000);
    expect((await call(api, GET, {}).safe()).ok).toBe(true);
    isDown = true;
    expect((await call(api, GET, {}).safe()).ok).toBe(false);
    isDown = false;
    api.rateLimit.reset();
    expect((await call(api, GET, {}).safe()).ok).toBe(true);
  });

  it("that makes calls wait long is said aloud, once", async () => {
    const clock = clockOf();
    let sent = 0;
    const fetch: Fetch = async () =>
      ++sent === 1
        ? new Response("{}", { status: 429, headers: { "retry-after": "600" } })
        : Response.json({});
    const notices: unknown[] = [];
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const onEvent = (event: { type: string }): void => void (event.type === "notice" && notices.push(event));
    const { delivered } = await burst(
      clock,
      Array(5).fill(apiOf(clock, fetch, {}, { onEvent, rateLimit: { shared: false } })),
    );
    expect(delivered).toBe(5);
    expect(notices).toHaveLength(1);
    expect(warn.mock.calls).toEqual([[expect.stringContaining("calls wait 600 s for the rate limit")]]);
    warn.mockRestore();
  });
});
