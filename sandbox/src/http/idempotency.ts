import { createHash } from "node:crypto";

import type { Fail } from "@workspace-api/server";
import { and, eq, lte, sql } from "drizzle-orm";

import { after, DAY } from "../clock.js";
import type { Database, Db } from "../database/open.js";
import { idempotencyRecords } from "../database/schema.js";

/** A request that carries an idempotency key. */
export interface KeyedRequest {
  readonly credential: string;
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly body: Uint8Array;
  readonly now: Date;
  readonly fail: Fail<"idempotency_in_progress" | "idempotency_key_reused">;
}

/**
 * Lets a request with a key act once. Its answer is kept for 24 hours, in the transaction of what it did. A request
 * that was refused did nothing, so its key stays free.
 */
export class IdempotencyKeys {
  readonly #running = new Set<string>();

  constructor(readonly kind: Database["kind"]) {}

  /** Refuses a request while another with its key runs in this process. */
  async alone(request: KeyedRequest, run: () => Promise<Response>): Promise<Response> {
    const name = `${request.credential}\n${request.key}`;
    if (this.#running.has(name)) request.fail("idempotency_in_progress");
    this.#running.add(name);
    try {
      return await run();
    } finally {
      this.#running.delete(name);
    }
  }

  /** Inside the transaction: gives the first answer again, or runs and keeps the answer. */
  async once(request: KeyedRequest, tx: Db, run: () => Promise<Response>): Promise<Response> {
    if (this.kind === "server" && !(await lock(request, tx))) request.fail("idempotency_in_progress");
    return (await recall(request, tx)) ?? keep(request, tx, await run());
  }

  /** The same for what runs outside of transactions: instances that get the request at once may both run it. */
  async around(request: KeyedRequest, database: Database, run: () => Promise<Response>): Promise<Response> {
    const known = await recall(request, database.db);
    return known ?? keep(request, database.db, await run());
  }
}

/** The answer that a request with this key got. */
async function recall(request: KeyedRequest, tx: Db): Promise<Response | undefined> {
  const { credential, key, now } = request;
  const [known] = await tx
    .select()
    .from(idempotencyRecords)
    .where(and(eq(idempotencyRecords.credential, credential), eq(idempotencyRecords.key, key)));
  if (!known || known.expiresAt <= now) return undefined;
  if (known.fingerprint !== fingerprintOf(request)) request.fail("idempotency_key_reused");
  const headers = { ...known.headers, "Idempotency-Replayed": "true" };
  return new Response(known.body, { status: known.status, headers });
}

async function keep(request: KeyedRequest, tx: Db, response: Response): Promise<Response> {
  const { credential, key, now } = request;
  if (!response.ok) return response;
  const text = response.status === 204 ? null : await response.text();
  const { status } = response;
  const headers = Object.fromEntries(response.headers);
  await tx.delete(idempotencyRecords).where(isOver(credential, now));
  await tx
    .insert(idempotencyRecords)
    .values({
      credential,
      key,
      fingerprint: fingerprintOf(request),
      status,
      headers,
      body: text,
      createdAt: now,
      expiresAt: after(now, DAY),
    })
    .onConflictDoNothing();
  return new Response(text, { status, headers });
}

function isOver(credential: string, now: Date) {
  return and(eq(idempotencyRecords.credential, credential), lte(idempotencyRecords.expiresAt, now));
}

/** Locks the key among all instances, until the end of the transaction. */
async function lock({ credential, key }: KeyedRequest, tx: Db): Promise<boolean> {
  const name = `${credential}\n${key}`;
  const [row] = await tx
    .select({ isOurs: sql<boolean>`pg_try_advisory_xact_lock(hashtextextended(${name}, 4010))` })
    .from(sql`(values (1)) as one`);
  return row?.isOurs === true;
}

function fingerprintOf({ method, url, body }: KeyedRequest): string {
  const { pathname, search } = new URL(url);
  return createHash("sha256").update(`${method}\n${pathname}${search}\n`).update(body).digest("base64");
}
