import { createHash } from "node:crypto";

import type { Fail } from "@workspace-api/server";
import { and, eq, isNull, sql } from "drizzle-orm";

import type { Credential } from "../auth/credential.js";
import { seal, unseal } from "../auth/seal.js";
import { after, DAY, SECOND } from "../clock.js";
import type { Database, Db } from "../database/open.js";
import { idempotencyRecords } from "../database/schema.js";

/** A request that carries an idempotency key. */
export interface KeyedRequest {
  readonly credential: Pick<Credential, "credentialId" | "sealingSecret">;
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly body: string | Uint8Array;
  readonly now: Date;
  readonly fail: Fail<"idempotency_in_progress" | "idempotency_key_reused">;
}

/** What is kept of an answer, sealed: it may hold secrets that are shown only once. */
interface Kept {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** So long, in real time, a claim outlives its process. The requests that need one take a few seconds at most. */
const CLAIM_MS = 30 * SECOND;

/**
 * Lets a request with a key act once. Its answer is kept for 24 hours, in the transaction of what it did. A request
 * that was refused did nothing, so its key stays free.
 */
export class IdempotencyKeys {
  readonly #running = new Set<string>();

  constructor(
    readonly database: Database,
    readonly clockFactor: number,
  ) {}

  /** Refuses a request while another with its key runs in this process. */
  async alone(request: KeyedRequest, run: () => Promise<Response>): Promise<Response> {
    const name = nameOf(request);
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
    const known = await this.#enter(request, tx);
    if (known) return known;
    const response = await run();
    if (!response.ok) return response;
    const { answer, record } = await sealed(request, response);
    await tx.insert(idempotencyRecords).values({ ...rowOf(request), ...record });
    return answer;
  }

  /**
   * The same for what runs outside of transactions: the key is claimed first, so that no other instance runs it. When
   * the process dies in the middle, the claim lapses, and the request may be sent again.
   */
  async around(request: KeyedRequest, run: () => Promise<Response>): Promise<Response> {
    const { db } = this.database;
    const lapses = after(request.now, CLAIM_MS * this.clockFactor);
    const known = await this.database.transaction(async (tx) => {
      const found = await this.#enter(request, tx);
      if (!found) await tx.insert(idempotencyRecords).values({ ...rowOf(request), expiresAt: lapses });
      return found;
    });
    if (known) return known;
    const isClaim = and(
      isRecordOf(request),
      isNull(idempotencyRecords.status),
      eq(idempotencyRecords.expiresAt, lapses),
    );
    try {
      const response = await run();
      const { answer, record } = response.ok ? await sealed(request, response) : { answer: response };
      if (record) {
        const expiresAt = after(request.now, DAY);
        await db
          .update(idempotencyRecords)
          .set({ ...record, expiresAt })
          .where(isClaim);
      }
      return answer;
    } finally {
      // Where there is no answer to keep, the key is free again.
      await db.delete(idempotencyRecords).where(isClaim);
    }
  }

  /** Has the key to itself until the end of the transaction: gives the first answer again, or makes room for one. */
  async #enter(request: KeyedRequest, tx: Db): Promise<Response | undefined> {
    if (this.database.kind === "server" && !(await lock(request, tx)))
      request.fail("idempotency_in_progress");
    const known = await recall(request, tx);
    if (!known) await tx.delete(idempotencyRecords).where(isRecordOf(request));
    return known;
  }
}

/** The answer that a request with this key got. */
async function recall(request: KeyedRequest, tx: Db): Promise<Response | undefined> {
  const { credential, now, fail } = request;
  const [known] = await tx.select().from(idempotencyRecords).where(isRecordOf(request));
  if (!known || known.expiresAt <= now) return undefined;
  if (known.fingerprint !== fingerprintOf(request)) fail("idempotency_key_reused");
  const { status } = known;
  if (status === null || known.sealed === null) return fail("idempotency_in_progress");
  const text = await unseal(await credential.sealingSecret(), purposeOf(request), known.sealed);
  // It was sealed for this credential and key; if it does not open, somebody changed it.
  if (text === undefined) return fail("idempotency_key_reused");
  const { headers, body } = JSON.parse(text) as Kept;
  return new Response(body, { status, headers: { ...headers, "Idempotency-Replayed": "true" } });
}

/** An answer, and what is kept of it. */
async function sealed(request: KeyedRequest, response: Response) {
  const { status } = response;
  const body = status === 204 ? null : await response.text();
  const kept: Kept = { headers: Object.fromEntries(response.headers), body };
  const secret = await request.credential.sealingSecret();
  return {
    answer: new Response(body, { status, headers: kept.headers }),
    record: { status, sealed: await seal(secret, purposeOf(request), JSON.stringify(kept)) },
  };
}

function rowOf(request: KeyedRequest) {
  const { credential, key, now } = request;
  const fingerprint = fingerprintOf(request);
  return {
    credential: credential.credentialId,
    key,
    fingerprint,
    createdAt: now,
    expiresAt: after(now, DAY),
  };
}

function isRecordOf({ credential, key }: KeyedRequest) {
  return and(eq(idempotencyRecords.credential, credential.credentialId), eq(idempotencyRecords.key, key));
}

function nameOf({ credential, key }: KeyedRequest): string {
  return `${credential.credentialId}\n${key}`;
}

function purposeOf(request: KeyedRequest): string {
  return `idempotency\n${nameOf(request)}`;
}

/** Locks the key among all instances, until the end of the transaction. */
async function lock(request: KeyedRequest, tx: Db): Promise<boolean> {
  const [row] = await tx
    .select({ isOurs: sql<boolean>`pg_try_advisory_xact_lock(hashtextextended(${nameOf(request)}, 4010))` })
    .from(sql`(values (1)) as one`);
  return row?.isOurs === true;
}

function fingerprintOf({ method, url, body }: KeyedRequest): string {
  const { pathname, search } = new URL(url);
  return createHash("sha256").update(`${method}\n${pathname}${search}\n`).update(body).digest("base64");
}
