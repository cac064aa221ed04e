import { after, HOUR } from "../clock.js";
import { deliver } from "./attempt.js";
import type { DeliveryParts } from "./parts.js";
import { claim, EVENTS_AT_ONCE, fanOut, forgetOldEvents, releaseAll, workOf, type Claimed } from "./queue.js";

/** After this long, in real time, a job is taken to be orphaned. */
const LEASE_MS = 15_000;
const AT_ONCE = 20;
/** So many jobs are taken at a time. A webhook that has as many in hand waits, so that none takes all places. */
const AT_A_TIME = 5;
const POLL_MS = 500;

/** Sends events to webhooks in the background. */
export class Deliveries {
  /** The jobs that are being done, by their ids. */
  readonly #inHand = new Map<string, { readonly webhookId: string; readonly end: Promise<void> }>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #isWanted = false;
  #notify = (): void => {};
  #timer: NodeJS.Timeout | undefined;
  #tidiedAt: Date | undefined;
  #hasOrphans = false;
  #isHeldUp = false;

  constructor(private readonly parts: DeliveryParts) {}

  /** Begins to look for work, now and then. */
  start(): void {
    // An embedded database belongs to one process: what was in hand there is left by one that died.
    this.#hasOrphans = this.parts.database.kind === "embedded";
    this.#timer = setInterval(() => this.wake(), POLL_MS);
    this.#timer.unref();
    this.wake();
  }

  /** Looks for work at once. */
  wake(): void {
    void this.#look();
  }

  /** Does all that is due now. One run at a time; whoever asks during one makes it look again. */
  async runDue(): Promise<void> {
    this.#isWanted = true;
    this.#notify();
    while (this.#isWanted && !this.#stopping.signal.aborted) {
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
      await this.#running;
    }
  }

  /** Takes no more work, and waits for what is in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#timer);
    this.#notify();
    await Promise.allSettled([this.#running, ...this.#ends()]);
  }

  /** What holds all up is told once, not at every try. */
  async #look(): Promise<void> {
    try {
      await this.runDue();
      this.#isHeldUp = false;
    } catch (error) {
      if (!this.#isHeldUp) this.parts.onError?.(error);
      this.#isHeldUp = true;
    }
  }

  /** Takes jobs until there are none, and does not let a slow receiver keep others waiting. */
  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#isWanted = false;
      if (await this.#takeSome()) continue;
      if (this.#inHand.size === 0) break;
      const isNeeded = new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
      if (!this.#isWanted) await Promise.race([...this.#ends(), isNeeded]);
    }
    await this.#tidy();
  }

  /** @returns whether there may be more to take. */
  async #takeSome(): Promise<boolean> {
    const { database, clock, ids } = this.parts;
    const now = clock.now();
    if (this.#hasOrphans) await releaseAll(database.db);
    this.#hasOrphans = false;
    const { hasEvents, hasJobs } = await workOf(database.db, now);
    if (!hasEvents && !hasJobs) return false;
    const limit = Math.min(AT_A_TIME, AT_ONCE - this.#inHand.size);
    const [made, claimed] = await database.transaction(async (tx) => {
      const fresh = hasEvents ? await fanOut(tx, now, ids) : { events: 0, jobs: 0 };
      if (limit === 0 || (!hasJobs && fresh.jobs === 0)) return [fresh, []];
      const until = after(now, LEASE_MS * clock.factor);
      const without = [...this.#inHand.keys()];
      return [fresh, await claim(tx, { now, until, limit, without, busy: this.#busyWebhooks() })];
    });
    for (const work of claimed) this.#begin(work);
    return made.events === EVENTS_AT_ONCE || (limit > 0 && claimed.length === limit);
  }

  #begin(work: Claimed): void {
    const { jobId, webhookId } = work.job;
    const end = deliver(work, this.parts)
      .catch((error: unknown) => this.parts.onError?.(error))
      .finally(() => this.#inHand.delete(jobId));
    this.#inHand.set(jobId, { webhookId, end });
  }

  #ends(): Promise<void>[] {
    return [...this.#inHand.values()].map(({ end }) => end);
  }

  /** Webhooks that have as many jobs in hand as one may. */
  #busyWebhooks(): string[] {
    const webhookIds = [...this.#inHand.values()].map(({ webhookId }) => webhookId);
    return webhookIds.filter((id) => webhookIds.filter((other) => other === id).length >= AT_A_TIME);
  }

  /** About once an hour of the clock. */
  async #tidy(): Promise<void> {
    const now = this.parts.clock.now();
    if (this.#tidiedAt !== undefined && now <= after(this.#tidiedAt, HOUR)) return;
    this.#tidiedAt = now;
    await forgetOldEvents(this.parts.database.db, now);
    await this.parts.tidy?.(now);
  }
}
