import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createClock } from "../../../sandbox/src/clock.js";
import { RateLimits } from "../../../sandbox/src/http/rate-limits.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";

describe("rate limits", () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ rateLimits: true });
  });
  afterAll(() => sandbox.close());

  it("let 40 through at once and tell the others how long to wait, each credential by itself", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => sandbox.call("GET", "/me")));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(40);
    const refused = answers.find(({ status }) => status === 429);
    const wait = refused?.headers.get("retry-after");
    expect(await refused?.json()).toMatchObject({
      code: "rate_limited",
      message: `Rate limit exceeded. Retry in ${wait} seconds.`,
    });
    expect(refused?.headers.get("ratelimit")).toMatch(/^"burst";r=0;t=\d+, "sustained";r=160;t=\d+$/);
    expect(refused?.headers.get("ratelimit-policy")).toBe('"burst";q=40;w=60, "sustained";q=200;w=900');
    expect((await sandbox.call("GET", "/me", { as: "admin" })).status).toBe(200);
  });

  it("count the sign-ins of one member to one app together", async () => {
    const headers = async (): Promise<Record<string, string>> => ({
      authorization: `Bearer ${await sandbox.tokenOf("stranger", ["profile"])}`,
    });
    for (const left of [39, 38]) {
      const answer = await sandbox.call("GET", "/me", { headers: await headers() });
      expect(answer.headers.get("ratelimit")).toContain(`"burst";r=${left}`);
    }
  });

  it("count what is refused by scope or validation, but nothing without a credential", async () => {
    const bad = await sandbox.call("GET", "/workspaces/current/tasks?limit=0", { as: "member" });
    expect([bad.status, bad.headers.get("ratelimit")]).toEqual([
      400,
      expect.stringContaining('"burst";r=39'),
    ]);
    const token = await sandbox.tokenOf("other", []);
    const blind = await sandbox.call("GET", "/me", { headers: { authorization: `Bearer ${token}` } });
    expect([blind.status, blind.headers.get("ratelimit")]).toEqual([
      403,
      expect.stringContaining('"burst";r=39'),
    ]);
    const nobody = await sandbox.call("GET", "/me", { as: "nobody" });
    expect([nobody.status, nobody.headers.get("ratelimit")]).toEqual([401, null]);
  });
});

describe("windows", () => {
  const windows = [
    { name: "long", limit: 3, windowMs: 600_000 },
    { name: "short", limit: 2, windowMs: 60_000 },
  ];

  it("count an operation that has windows of its own in those too, by itself", async () => {
    const limits = new RateLimits(createClock(), undefined, windows);
    const operation = { id: "expensive", windows: [{ name: "own", limit: 1, windowMs: 3_600_000 }] };
    const states = (await limits.consume("key", 1, operation)).windows;
    expect(states.map(({ name, remaining }) => [name, remaining])).toEqual([
      ["short", 1],
      ["long", 2],
      ["own", 0],
    ]);
    const refused = await limits.consume("key", 1, operation);
    expect(refused.waitMs).toBeGreaterThan(3_500_000);
    // What was refused there counts nowhere, and others go on.
    expect((await limits.consume("key", 1)).windows).toMatchObject([{ remaining: 0 }, { remaining: 1 }]);
    expect((await limits.consume("other", 1, operation)).waitMs).toBeUndefined();
  });

  it("hold together: what one refuses is taken out of the others", async () => {
    const limits = new RateLimits(createClock(), undefined, windows);
    const left = async (): Promise<unknown> => {
      const { windows: states, waitMs } = await limits.consume("key", 1);
      return [...states.map(({ name, remaining }) => `${name} ${remaining}`), waitMs !== undefined];
    };
    expect(await left()).toEqual(["short 1", "long 2", false]);
    expect(await left()).toEqual(["short 0", "long 1", false]);
    expect(await left()).toEqual(["short 0", "long 1", true]);
    const long = new RateLimits(createClock(), undefined, [
      { name: "a", limit: 9, windowMs: 1000 },
      { name: "b", limit: 1, windowMs: 5000 },
    ]);
    await long.consume("key", 1);
    const refused = await long.consume("key", 1);
    expect(refused.windows.map(({ remaining }) => remaining)).toEqual([8, 0]);
    expect(refused.waitMs).toBeGreaterThan(1000);
  });

  it("pass at the speed of the clock, and tell real time", async () => {
    const limits = new RateLimits(createClock(30), undefined, windows);
    await limits.consume("key", 1);
    await limits.consume("key", 1);
    const refused = await limits.consume("key", 1);
    expect(refused.waitMs).toBeLessThanOrEqual(2000);
    await expect
      .poll(async () => (await limits.consume("key", 1)).waitMs, { timeout: 30_000 })
      .toBeUndefined();
  });
});
