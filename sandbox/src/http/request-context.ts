import type { Fail, OperationId } from "@workspace-api/server";

import type { Credential } from "../auth/credential.js";
import type { Clock } from "../clock.js";
import type { Caller, Context, NewEvent } from "../context.js";
import type { Db } from "../database/open.js";
import { events } from "../database/schema.js";
import type { IdKind, Ids } from "../ids.js";
import { etagOf, names } from "./etag.js";
import { queryOf, readCursor, writeCursor, type CursorScope, type Position } from "./pages.js";

/** What all requests share. */
export interface RequestParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cursorSecret: Buffer;
}

/** What the layers know of one request, and what its handler gets. */
export class RequestContext implements Context {
  /** Set by the authentication. */
  credential: Credential | undefined;
  /** Set by the write layer for the time of a transaction. */
  db: Db;
  /** Set once the workspace is known. */
  knownCaller: Caller | undefined;
  /** Set with the page of a list. */
  nextCursor: string | null = null;
  /** Whether events were written, which wakes the deliveries once the transaction is through. */
  hasEmitted = false;

  constructor(
    readonly operation: OperationId,
    readonly request: Request,
    readonly requestId: string,
    db: Db,
    readonly parts: RequestParts,
  ) {
    this.db = db;
  }

  get caller(): Caller {
    if (!this.knownCaller) throw new Error(`${this.operation} ran without a caller.`);
    return this.knownCaller;
  }

  get userId(): string | null {
    return this.caller.kind === "member" ? this.caller.userId : null;
  }

  now(): Date {
    return this.parts.clock.now();
  }

  newId(kind: IdKind): string {
    return this.parts.ids(kind);
  }

  emit(event: NewEvent): Promise<void> {
    return this.#emit(this.db, event);
  }

  within(tx: Db): Pick<Context, "db" | "emit"> {
    return { db: tx, emit: (event) => this.#emit(tx, event) };
  }

  positionOf(cursor: string | undefined, fail: Fail<"invalid_cursor">): Position | undefined {
    if (cursor === undefined) return undefined;
    return readCursor(cursor, this.#cursorScope()) ?? fail("invalid_cursor");
  }

  cursorOf(next: Position | undefined): string | null {
    this.nextCursor = next ? writeCursor(next, this.#cursorScope()) : null;
    return this.nextCursor;
  }

  assertMatch(current: object, fail: Fail<"precondition_failed">): void {
    const wanted = this.request.headers.get("if-match");
    if (wanted !== null && !names(wanted, etagOf(JSON.stringify(current)), "strong"))
      fail("precondition_failed");
  }

  pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (signal.aborted) end();
      else signal.addEventListener("abort", end);
    });
  }

  #cursorScope(): CursorScope {
    const query = queryOf(this.operation, this.request.url, this.caller.workspaceId);
    return { secret: this.parts.cursorSecret, query, now: this.now() };
  }

  async #emit(db: Db, { type, subject, data }: NewEvent): Promise<void> {
    const { caller } = this;
    // A key is nobody: its events have no actor.
    const actor = caller.kind === "member" ? { actor: { type: "user", id: caller.userId } } : {};
    await db.insert(events).values({
      eventId: this.newId("event"),
      workspaceId: caller.workspaceId,
      type,
      subject,
      data: { ...data, ...actor },
      createdAt: this.now(),
    });
    this.hasEmitted = true;
  }
}
