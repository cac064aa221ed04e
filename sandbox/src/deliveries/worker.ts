import { after, HOUR, type Clock } from "../clock.js";
import type { Database } from "../database/open.js";
import type { Ids } from "../ids.js";
import type { LogFacts } from "../log.js";
import { bodyOf, headersOf, MAX_BODY_BYTES, type Attempt } from "./message.js";
import {
  claim,
  EVENTS_AT_ONCE,
  fanOut,
  forgetOldEvents,
  releaseAll,
  settle,
  workOf,
  type Claimed,
} from "./queue.js";
import { send, type Outcome } from "./send.js";

/** A receiver has this long to answer, in real time. */
export const TIMEOUT_MS = 3000;
/** After this long, in real time, a job is taken to be orphaned. */
const LEASE_MS = 15_000;
const AT_ONCE = 20;
/** So many jobs are taken at a time. A webhook that has as many in hand waits, so that none takes all places. */
const AT_A_TIME = 5;
const POLL_MS = 500;

/** What deliveries are made with. */
export interface DeliveryParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Whether receivers may be on the own machine or network, and without TLS. */
  readonly allowLocal: boolean;
  /** What the `source` of events begins with. */
  readonly sourceBase: string;
  /** Called about once an hour of the clock, to put other things in order. */
  readonly tidy?: (now: Date) => Promise<void>;
  /** Told of each attempt, for the log. */
  readonly onAttempt?: (facts: LogFacts) => void;
  /** Told of faults of the worker itself, such as a database that is away. It carries on. */
  readonly onError?: (error: unknown) => void;
}

/** Sends events to webhooks in the background. */
export interface Deliveries {
  /** Begins to look for work, now and then. */
  start(): void;
  /** Looks for work at once. */
  wake(): void;
  /** Does all that is due now. */
  runDue(): Promise<void>;
  /** Takes no more work, and waits for what is in hand. */
  stop(): Promise<void>;
}

export function createDeliveries(parts: DeliveryParts): Deliveries {
  const { database, clock, ids } = parts;
  const inHand = new Map<string, { webhookId: string; done: Promise<void> }>();
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let isWanted = false;
  let notify = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  let tidiedAt: Date | undefined;
  let hasOrphans = false;
  let isHeldUp = false;

  /** @returns whether there may be more to take. */
  async function takeSome(): Promise<boolean> {
    const now = clock.now();
    if (hasOrphans) await releaseAll(database.db);
    hasOrphans = false;
    const { hasEvents, hasJobs } = await workOf(database.db, now);
    if (!hasEvents && !hasJobs) return false;
    const limit = Math.min(AT_A_TIME, AT_ONCE - inHand.size);
    const [made, claimed] = await database.transaction(async (tx) => {
      const fresh = hasEvents ? await fanOut(tx, now, ids) : { events: 0, jobs: 0 };
      if (limit === 0 || (!hasJobs && fresh.jobs === 0)) return [fresh, []];
      const until = after(now, LEASE_MS * clock.factor);
      return [fresh, await claim(tx, { now, until, limit, without: [...inHand.keys()], busy: busyOnes() })];
    });
    for (const work of claimed) {
      const { jobId, webhookId } = work.job;
      const done = deliver(work, parts)
        .catch((error: unknown) => parts.onError?.(error))
        .finally(() => inHand.delete(jobId));
      inHand.set(jobId, { webhookId, done });
    }
    return made.events === EVENTS_AT_ONCE || (limit > 0 && claimed.length === limit);
  }

  /** Webhooks that have as many jobs in hand as one may. */
  function busyOnes(): string[] {
    const webhookIds = [...inHand.values()].map(({ webhookId }) => webhookId);
    return webhookIds.filter((id) => webhookIds.filter((other) => other === id).length >= AT_A_TIME);
  }

  /** Takes jobs until there are none, and does not let a slow receiver keep others waiting. */
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      isWanted = false;
      if (await takeSome()) continue;
      if (inHand.size === 0) break;
      const isNeeded = new Promise<void>((resolve) => {
        notify = resolve;
      });
      const ends = [...inHand.values()].map(({ done }) => done);
      if (!isWanted) await Promise.race([...ends, isNeeded]);
    }
    const now = clock.now();
    if (tidiedAt !== undefined && now <= after(tidiedAt, HOUR)) return;
    tidiedAt = now;
    await forgetOldEvents(database.db, now);
    await parts.tidy?.(now);
  }

  /** One run at a time; whoever asks during one makes it look again. */
  async function runDue(): Promise<void> {
    isWanted = true;
    notify();
    while (isWanted && !stopping.signal.aborted) {
      running ??= run().finally(() => {
        running = undefined;
      });
      await running;
    }
  }

  /** What holds all up is told once, not at every try. */
  async function look(): Promise<void> {
    try {
      await runDue();
      isHeldUp = false;
    } catch (error) {
      if (!isHeldUp) parts.onError?.(error);
      isHeldUp = true;
    }
  }

  const wake = (): void => void look();

  return {
    start() {
      // An embedded database belongs to one process: what was in hand there is left by one that died.
      hasOrphans = database.kind === "embedded";
      timer = setInterval(wake, POLL_MS);
      timer.unref();
      wake();
    },
    wake,
    runDue,
    async stop() {
      stopping.abort();
      clearInterval(timer);
      notify();
      await Promise.allSettled([running, ...[...inHand.values()].map(({ done }) => done)]);
    },
  };
}

/** Makes one attempt and notes what came of it. */
async function deliver(work: Claimed, parts: DeliveryParts): Promise<void> {
  const { job } = work;
  const sentAt = parts.clock.now();
  const { outcome, size } = await attempt(work, job, parts);
  const entry = { deliveryId: parts.ids("delivery"), attempt: job.attempt, outcome, size, sentAt };
  await parts.database.transaction((tx) => settle(tx, work, entry, parts.clock.now()));
  const { eventId, webhookId } = job;
  const { type } = work.event;
  parts.onAttempt?.({
    deliveryId: entry.deliveryId,
    eventId,
    type,
    webhookId,
    attempt: job.attempt,
    ...outcome,
  });
}

/** Sends an event once. */
export async function attempt(
  { event, webhook }: Pick<Claimed, "event" | "webhook">,
  which: Omit<Attempt, "sentAt">,
  { clock, allowLocal, sourceBase }: DeliveryParts,
): Promise<{ outcome: Outcome; size: number }> {
  const body = bodyOf(event, sourceBase);
  const size = Buffer.byteLength(body);
  if (size > MAX_BODY_BYTES) {
    return { outcome: { delivered: false, status: null, error: "too_large", latencyMs: 0 }, size };
  }
  // Receivers hold the time against their own clock, which no `--clock` makes faster.
  const sentAt = clock.factor === 1 ? clock.now() : new Date();
  const headers = headersOf(event, body, webhook, { ...which, sentAt });
  const outcome = await send(
    { method: "POST", url: webhook.url, headers, body },
    { allowLocal, timeoutMs: TIMEOUT_MS },
  );
  return { outcome, size };
}
