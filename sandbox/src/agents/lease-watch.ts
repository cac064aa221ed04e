import { and, eq, lte } from "drizzle-orm";

import type { Clock } from "../clock.js";
import type { Database } from "../database/open.js";
import { claims } from "../database/schema.js";
import { recordEvent, SYSTEM } from "../events.js";
import type { Ids } from "../ids.js";
import { lapseSessions } from "./leases.js";

/** How often it looks, in real time. */
const LOOK_MS = 2000;
const AT_ONCE = 100;

export interface LeaseWatchParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Called when sessions became stale, of which webhooks are to be told. */
  readonly onLapse: () => void;
}

/** Ends leases whose time is over though nobody asks for their sessions, so that webhooks tell of it. */
export class LeaseWatch {
  readonly #parts: LeaseWatchParts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: LeaseWatchParts) {
    this.#parts = parts;
  }

  /** @param onError - is told of what holds it up, once, not at every look. */
  start(onError: (error: unknown) => void): void {
    let isHeldUp = false;
    const look = async (): Promise<void> => {
      try {
        await this.look();
        isHeldUp = false;
      } catch (error) {
        if (!isHeldUp) onError(error);
        isHeldUp = true;
      }
      this.#running = undefined;
    };
    this.#timer = setInterval(() => (this.#running ??= look()), LOOK_MS);
    this.#timer.unref();
  }

  /** Ends what is over now, in all workspaces. */
  async look(): Promise<void> {
    const { database, clock, ids, onLapse } = this.#parts;
    const now = clock.now();
    const over = await database.db
      .select({ sessionId: claims.sessionId })
      .from(claims)
      .where(and(eq(claims.state, "active"), lte(claims.expiresAt, now)))
      .limit(AT_ONCE);
    if (over.length === 0) return;
    const sessionIds = over.map(({ sessionId }) => sessionId);
    await database.transaction((tx) =>
      lapseSessions(tx, sessionIds, ({ workspaceId }) => ({
        db: tx,
        now: () => now,
        emit: (event) =>
          recordEvent(tx, event, { eventId: ids("event"), workspaceId, actor: SYSTEM, at: now }),
      })),
    );
    onLapse();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
