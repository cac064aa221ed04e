import { eq } from "drizzle-orm";

import { createClock, SECOND, type Clock } from "./clock.js";
import type { Database, Db } from "./database/open.js";
import { settings } from "./database/schema.js";

const NAME = "clock";
const BEAT_MS = 5 * SECOND;
/** An instance that was not heard of for so long, in real time, is gone. */
const GONE_MS = 3 * BEAT_MS;

/** How time goes: it was `shown` at the real time `real`, and goes `factor` times as fast. In milliseconds. */
interface Course {
  readonly shown: number;
  readonly real: number;
  readonly factor: number;
  /** The real time at which somebody last went by it. */
  readonly seen: number;
}

interface KeptClock {
  readonly clock: Clock;
  /** Notes how far it went. */
  stop(): Promise<void>;
}

/**
 * A clock that never falls behind the times that are in a database: it goes on where those before it stopped, and
 * together with those that run. While nobody runs, hardly any time passes. Where time never went at a speed of its own,
 * it is the real time, and nothing is noted.
 *
 * @param real the real time, in milliseconds.
 */
export async function keepClock(
  { db }: Pick<Database, "db">,
  factor: number,
  real: () => number = Date.now,
): Promise<KeptClock> {
  const course = await db.transaction(async (tx) => {
    const before = await read(tx);
    const now = real();
    const next = before === undefined ? begin(factor, now) : goOn(before, factor, now);
    if (next) await write(tx, { ...next, seen: now });
    else await tx.delete(settings).where(eq(settings.name, NAME));
    return next;
  });
  const clock = createClock(factor, course, real);
  if (course === undefined) return { clock, stop: async () => {} };
  const beat = (): Promise<void> => write(db, { ...course, seen: real() });
  // A database that is away for a moment is noticed by others.
  const timer = setInterval(() => void beat().catch(() => {}), BEAT_MS);
  timer.unref();
  return {
    clock,
    async stop() {
      clearInterval(timer);
      await beat();
    },
  };
}

function begin(factor: number, now: number): Course | undefined {
  return factor === 1 ? undefined : { shown: now, real: now, factor, seen: now };
}

function goOn(before: Course, factor: number, now: number): Course | undefined {
  const isLive = now >= before.seen && now - before.seen <= GONE_MS;
  if (isLive && before.factor === factor) return before;
  // Until then at the latest somebody may have written a time.
  const end = Math.max(before.seen, Math.min(now, before.seen + GONE_MS));
  const last = before.shown + (end - before.real) * before.factor;
  if (factor === 1 && last <= now) return undefined;
  return { shown: Math.max(last, now), real: now, factor, seen: now };
}

/** What is noted, locked so that instances that start together agree. */
async function read(tx: Db): Promise<Course | undefined> {
  await tx.insert(settings).values({ name: NAME, value: "" }).onConflictDoNothing();
  const [row] = await tx.select().from(settings).where(eq(settings.name, NAME)).for("update");
  return row === undefined || row.value === "" ? undefined : (JSON.parse(row.value) as Course);
}

async function write(db: Db, course: Course): Promise<void> {
  await db
    .update(settings)
    .set({ value: JSON.stringify(course) })
    .where(eq(settings.name, NAME));
}
