import type { Fail, OperationId } from "@workspace-api/server";

import type { Credential } from "../auth/credential.js";
import type { Clock } from "../clock.js";
import type { Caller, Context, NewEvent } from "../context.js";
import type { Db } from "../database/open.js";
import { recordEvent, SYSTEM } from "../events.js";
import type { IdKind, Ids } from "../ids.js";
import { etagOf, names } from "./etag.js";
import type { Place } from "./fair-share.js";
import { queryOf, readCursor, writeCursor, type CursorScope, type Position } from "./pages.js";

/** What all requests share. */
export interface RequestParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cursorSecret: Buffer;
  /** Aborted when nobody is to be kept waiting any more. */
  readonly closing: AbortSignal;
}

/** Before it is known who calls: somebody who sees nothing. */
const NOBODY: Caller = { kind: "key", workspaceId: "", apiKeyId: "" };

/** Who an event is put down to. A key is nobody. */
function actorOf(caller: Caller): { type: string; id: string } | undefined {
  return caller.kind === "member" ? { type: "user", id: caller.userId } : undefined;
}

/**
 * What the layers know of one request, and what its handler gets. Handlers take it apart and put it together anew, so
 * that all of it is in properties of its own.
 */
export class RequestContext implements Context {
  /** Set by the authentication. */
  credential: Credential | undefined;
  /** Set by the write layer for the time of a transaction. */
  db: Db;
  caller = NOBODY;
  userId: string | null = null;
  /** Set with the page of a list. */
  nextCursor: string | null = null;
  /** Whether events were written, which wakes the deliveries once the transaction is through. */
  hasEmitted = false;

  /** Its place among the requests of its credential. */
  place: Place | undefined;

  /** What to do once the transaction is through. */
  waiting: ((db: Db) => Promise<void>)[] = [];

  constructor(
    readonly operation: OperationId,
    readonly request: Request,
    readonly requestId: string,
    db: Db,
    readonly parts: RequestParts,
  ) {
    this.db = db;
  }

  /** Settles who calls, once the workspace is known. */
  enter(caller: Caller): void {
    this.caller = caller;
    this.userId = caller.kind === "member" ? caller.userId : null;
  }

  readonly now = (): Date => this.parts.clock.now();

  readonly newId = (kind: IdKind): string => this.parts.ids(kind);

  readonly emit = (event: NewEvent): Promise<void> => this.#emit(this.db, event);

  readonly afterwards = (act: (db: Db) => Promise<void>): void => {
    this.waiting.push(act);
  };

  readonly within = (tx: Db): Pick<Context, "db" | "emit"> => {
    return { db: tx, emit: (event) => this.#emit(tx, event) };
  };

  readonly positionOf = (
    cursor: string | undefined,
    fail: Fail<"invalid_cursor">,
    lifetimeMs?: number,
  ): Position | undefined => {
    if (cursor === undefined) return undefined;
    return readCursor(cursor, this.#cursorScope(), lifetimeMs) ?? fail("invalid_cursor");
  };

  readonly resumeAt = (position: Position): string => writeCursor(position, this.#cursorScope());

  readonly cursorOf = (next: Position | undefined): string | null => {
    this.nextCursor = next ? writeCursor(next, this.#cursorScope()) : null;
    return this.nextCursor;
  };

  readonly assertMatch = (current: object, fail: Fail<"precondition_failed">): void => {
    const wanted = this.request.headers.get("if-match");
    if (wanted !== null && !names(wanted, etagOf(JSON.stringify(current)), "strong"))
      fail("precondition_failed");
  };

  readonly pause = async (ms: number, signal: AbortSignal): Promise<boolean> => {
    this.place?.leave();
    const goesOn = await this.#pause(ms, signal);
    await this.place?.enter();
    return goesOn;
  };

  #pause(ms: number, signal: AbortSignal): Promise<boolean> {
    const signals = [signal, this.parts.closing];
    const isOver = (): boolean => signals.some(({ aborted }) => aborted);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        for (const each of signals) each.removeEventListener("abort", end);
        resolve(!isOver());
      };
      const timer = setTimeout(end, ms);
      for (const each of signals) each.addEventListener("abort", end);
      if (isOver()) end();
    });
  }

  #cursorScope(): CursorScope {
    const query = queryOf(this.operation, this.request.url, this.caller.workspaceId);
    return { secret: this.parts.cursorSecret, query, now: this.now() };
  }

  async #emit(db: Db, event: NewEvent): Promise<void> {
    const { caller } = this;
    await recordEvent(db, event, {
      eventId: this.newId("event"),
      workspaceId: caller.workspaceId,
      actor: event.bySystem ? SYSTEM : actorOf(caller),
      at: this.now(),
    });
    this.hasEmitted = true;
  }
}
