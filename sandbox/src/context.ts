import type { Fail } from "@workspace-api/server";

import type { Db } from "./database/open.js";
import type { Position } from "./http/pages.js";
import type { IdKind } from "./ids.js";
import type { Audience } from "./visibility/audience.js";

/** Who calls: a workspace by one of its API keys, or a member by an access token. */
export type Caller =
  | {
      readonly kind: "key";
      /** The workspace that the call is about, never `current`. */
      readonly workspaceId: string;
      readonly apiKeyId: string;
    }
  | {
      readonly kind: "member";
      readonly workspaceId: string;
      readonly userId: string;
      readonly role: "owner" | "admin" | "member";
      /** The teams that the member belongs to. */
      readonly teamIds: readonly string[];
      readonly scopes: ReadonlySet<string>;
    };

/** An event, as handlers tell it; the rest of it is the same for all. */
export interface NewEvent {
  readonly type: string;
  /** The id of what changed. */
  readonly subject: string;
  /** What happened, but for the actor. */
  readonly data: object;
  /** Who could see the subject when it happened. */
  readonly audience: Audience;
  /** True for what nobody did, such as a lease that ran out while somebody else looked. The caller did it otherwise. */
  readonly bySystem?: boolean;
}

/** What handlers work with. */
export interface Context {
  /** The transaction of a write; the database itself for reads. */
  readonly db: Db;
  readonly caller: Caller;
  /** The member who calls; null when an API key does. */
  readonly userId: string | null;
  readonly requestId: string;
  now(): Date;
  newId(kind: IdKind): string;
  /** Tells the workspace's webhooks, if the transaction is carried out. */
  emit(event: NewEvent): Promise<void>;
  /** Where a page starts; undefined: at the beginning. Cursors can be used for a day unless told. */
  positionOf(
    cursor: string | undefined,
    fail: Fail<"invalid_cursor">,
    lifetimeMs?: number,
  ): Position | undefined;
  /** A cursor for later, of a list that goes on. */
  resumeAt(position: Position): string;
  /** The cursor of the next page of the same query; null if there is none. */
  cursorOf(next: Position | undefined): string | null;
  /** Refuses the call unless `If-Match` fits what the object is now. The object's row has to be locked. */
  assertMatch(current: object, fail: Fail<"precondition_failed">): void;
  /**
   * Does something once the transaction is carried out. It is not done when the process dies before, so that something
   * else has to make up for it; nor does it change the answer, so that it must not fail.
   */
  afterwards(act: (db: Db) => Promise<void>): void;
  /** Waits in real time, for long polls; false when there is to be no more waiting: the signal came, or the end is near. */
  pause(ms: number, signal: AbortSignal): Promise<boolean>;
  /** The same in a transaction of its own, for reads that have to write. */
  within(tx: Db): Pick<Context, "db" | "emit">;
}
