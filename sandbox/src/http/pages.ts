import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import { DAY, HOUR } from "../clock.js";

/** Where a page starts: after the row with this sort key and id. */
export interface Position {
  readonly key: string;
  readonly id: string;
  /** In an order that changes move items in: the oldest transaction that the first page may not have seen. */
  readonly since?: string;
  /** Whether the order was read to its end, and what changed meanwhile follows. */
  readonly isCatchUp?: boolean;
  /** The time that its cursor counts from; that of the request unless told. A cursor tells the hour. */
  readonly at?: Date;
}

/** What a cursor is bound to. */
export interface CursorScope {
  readonly secret: Buffer;
  /** The operation with its path and query, without `cursor` and `limit`. */
  readonly query: string;
  readonly now: Date;
}

/** Cursors tell the hour only, so that the same page has the same body, and the same `ETag`, for a while. */
const LIFETIME_MS = DAY + HOUR;
const SIGNATURE_BYTES = 16;

type Written = [hour: number, key: string, id: string, since?: string, isCatchUp?: boolean];

/** A position as an opaque cursor. It is signed, so that only what this server made ever gets into a query. */
export function writeCursor(position: Position, scope: CursorScope): string {
  const { key, id, since, isCatchUp } = position;
  const hour = Math.floor((position.at ?? scope.now).getTime() / HOUR);
  const rest = since === undefined ? [] : [since, isCatchUp === true];
  const content = Buffer.from(JSON.stringify([hour, key, id, ...rest]));
  return Buffer.concat([signatureOf(content, scope), content]).toString("base64url");
}

/** The position that a cursor stands for; `undefined` when it is damaged, of another query, or too old. */
export function readCursor(
  cursor: string,
  scope: CursorScope,
  lifetimeMs = LIFETIME_MS,
): Position | undefined {
  const bytes = Buffer.from(cursor, "base64url");
  const content = bytes.subarray(SIGNATURE_BYTES);
  const isOurs =
    bytes.length > SIGNATURE_BYTES &&
    timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), signatureOf(content, scope));
  if (!isOurs) return undefined;
  // Only we write them.
  const [hour, key, id, since, isCatchUp] = JSON.parse(content.toString()) as Written;
  if (scope.now.getTime() - hour * HOUR > lifetimeMs) return undefined;
  const at = new Date(hour * HOUR);
  return { key, id, at, ...(since !== undefined && { since }), ...(isCatchUp === true && { isCatchUp }) };
}

/** What a cursor belongs to: all of a request's address but the place in the list and the size of the page. */
export function queryOf(operation: string, url: string, workspaceId: string): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.delete("cursor");
  searchParams.delete("limit");
  // Where a feed begins says nothing about how it goes on.
  searchParams.delete("since");
  searchParams.delete("latest");
  searchParams.sort();
  const path = pathname.replace("/current", `/${workspaceId}`);
  return createHash("sha256").update(`${operation}\n${path}\n${searchParams}`).digest("base64");
}

function signatureOf(content: Buffer, { secret, query }: CursorScope): Buffer {
  return createHmac("sha256", secret).update(query).update(content).digest().subarray(0, SIGNATURE_BYTES);
}
