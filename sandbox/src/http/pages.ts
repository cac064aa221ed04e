import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import { DAY } from "../clock.js";

/** Where a page starts: after the row with this sort key and id. */
export interface Position {
  readonly key: string;
  readonly id: string;
}

/** What a cursor is bound to. */
export interface CursorScope {
  readonly secret: Buffer;
  /** The operation with its path and query, without `cursor` and `limit`. */
  readonly query: string;
  readonly now: Date;
}

const LIFETIME_MS = DAY;
const SIGNATURE_BYTES = 16;

/** A position as an opaque cursor. It is signed, so that only what this server made ever gets into a query. */
export function writeCursor(position: Position, scope: CursorScope): string {
  const content = Buffer.from(JSON.stringify([scope.now.getTime(), position.key, position.id]));
  return Buffer.concat([signatureOf(content, scope), content]).toString("base64url");
}

/** The position that a cursor stands for; `undefined` when it is damaged, of another query, or too old. */
export function readCursor(cursor: string, scope: CursorScope): Position | undefined {
  const bytes = Buffer.from(cursor, "base64url");
  const content = bytes.subarray(SIGNATURE_BYTES);
  const isOurs =
    bytes.length > SIGNATURE_BYTES &&
    timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), signatureOf(content, scope));
  if (!isOurs) return undefined;
  const [time, key, id] = JSON.parse(content.toString()) as [number, string, string];
  return scope.now.getTime() - time > LIFETIME_MS ? undefined : { key, id };
}

/** What a cursor belongs to: all of a request's address but the place in the list and the size of the page. */
export function queryOf(operation: string, url: string, workspaceId: string): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.delete("cursor");
  searchParams.delete("limit");
  searchParams.sort();
  const path = pathname.replace("/current", `/${workspaceId}`);
  return createHash("sha256").update(`${operation}\n${path}\n${searchParams}`).digest("base64");
}

function signatureOf(content: Buffer, { secret, query }: CursorScope): Buffer {
  return createHmac("sha256", secret).update(query).update(content).digest().subarray(0, SIGNATURE_BYTES);
}
