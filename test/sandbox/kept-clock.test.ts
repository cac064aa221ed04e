import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { HOUR, MINUTE, SECOND } from "../../sandbox/src/clock.js";
import type { Database } from "../../sandbox/src/database/open.js";
import { settings } from "../../sandbox/src/database/schema.js";
import { keepClock } from "../../sandbox/src/kept-clock.js";
import { describeDatabases } from "../support/databases.js";

describeDatabases("the clock of a database", (open) => {
  let database: Database;
  let now = Date.parse("2026-03-02T09:00:00Z");
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.db.delete(settings);
  });

  const start = (factor: number) => keepClock(database, factor, () => now);
  const timeOf = ({ clock }: Awaited<ReturnType<typeof start>>): number => clock.now().getTime();

  it("is the real one where time goes at its own speed, and nothing is noted", async () => {
    const kept = await start(1);
    expect(timeOf(kept)).toBe(now);
    await kept.stop();
    expect(await database.db.select().from(settings)).toEqual([]);
  });

  it("goes on where it was, when it is started again at once", async () => {
    const first = await start(60);
    now += MINUTE;
    expect(timeOf(first)).toBe(now - MINUTE + HOUR);
    await first.stop();
    const second = await start(60);
    expect(timeOf(second)).toBe(timeOf(first));
    await second.stop();
  });

  it("is the same for all instances, and stands nearly still while there are none", async () => {
    const [one, other] = [await start(60), await start(60)];
    now += 10 * SECOND;
    expect(timeOf(one)).toBe(timeOf(other));
    await Promise.all([one.stop(), other.stop()]);
    const stopped = timeOf(one);
    now += 5 * HOUR;
    const later = await start(60);
    // The real time has caught up; it would be 300 hours on otherwise.
    expect(timeOf(later)).toBe(Math.max(now, stopped + 15 * MINUTE));
    await later.stop();
  });

  it.each([1, 2, 0.5])("does not fall behind when it goes %s times as fast from now on", async (factor) => {
    const fast = await start(1000);
    now += HOUR;
    await fast.stop();
    // Killed a while after it was last noted.
    now += 14 * SECOND;
    const last = timeOf(fast);
    now += MINUTE;
    const next = await start(factor);
    expect(timeOf(next)).toBeGreaterThanOrEqual(last);
    expect(timeOf(next)).toBeLessThan(last + HOUR);
    now += SECOND;
    const before = timeOf(next);
    now += 10 * SECOND;
    expect(timeOf(next)).toBe(before + 10 * SECOND * factor);
    await next.stop();
  });

  it("becomes the real one again when that has caught up", async () => {
    const fast = await start(60);
    now += MINUTE;
    await fast.stop();
    now += 2 * HOUR;
    expect(timeOf(await start(1))).toBe(now);
    expect(await database.db.select().from(settings)).toEqual([]);
  });
});
