import { and, eq, isNull, lte, notExists, or, sql } from "drizzle-orm";

import { after, DAY } from "./clock.js";
import type { Database, Db } from "./database/open.js";
import { idempotencyRecords, oauthApps, oauthCodes, oauthGrants, oauthTokens } from "./database/schema.js";
import { pruneFiles } from "./files/removal.js";
import type { FileStore } from "./files/store.js";

/** Credentials are known for what they were so long after their end, to tell a late one from one that never was. */
const KEPT_MS = DAY;
/** An app that registered itself is forgotten after this long without a first sign-in, or without another. */
const UNUSED_APP_MS = 7 * DAY;
const IDLE_APP_MS = 90 * DAY;

/** Forgets what is over: answers that are kept for idempotency keys, sign-ins that ended, uploads that never came. */
export async function prune(database: Database, store: FileStore, now: Date): Promise<void> {
  await database.transaction(async (tx) => {
    if (!(await isOurTurn(tx))) return;
    await tx.delete(idempotencyRecords).where(lte(idempotencyRecords.expiresAt, now));
    await pruneSignIns(tx, after(now, -KEPT_MS));
    await pruneApps(tx, now);
  });
  await pruneFiles(database.db, store, now);
}

/**
 * Codes and tokens that ended before a time, and grants that were revoked before it or of which nothing is left. A used
 * code or refresh token stays until its own end: that it comes a second time must be seen.
 */
async function pruneSignIns(tx: Db, endedBy: Date): Promise<void> {
  await tx.delete(oauthCodes).where(lte(oauthCodes.expiresAt, endedBy));
  await tx.delete(oauthTokens).where(lte(oauthTokens.expiresAt, endedBy));
  const { grantId, createdAt, revokedAt } = oauthGrants;
  const codes = tx.select().from(oauthCodes).where(eq(oauthCodes.grantId, grantId));
  const tokens = tx.select().from(oauthTokens).where(eq(oauthTokens.grantId, grantId));
  const isSpent = and(lte(createdAt, endedBy), notExists(codes), notExists(tokens));
  await tx.delete(oauthGrants).where(or(lte(revokedAt, endedBy), isSpent));
}

/** Apps that registered themselves and that nobody signed in with, or not for long. */
async function pruneApps(tx: Db, now: Date): Promise<void> {
  const { registered, createdAt, lastUsedAt } = oauthApps;
  const isUnused = and(isNull(lastUsedAt), lte(createdAt, after(now, -UNUSED_APP_MS)));
  await tx.delete(oauthApps).where(and(registered, or(isUnused, lte(lastUsedAt, after(now, -IDLE_APP_MS)))));
}

/** Of several instances, one does it at a time. */
async function isOurTurn(tx: Db): Promise<boolean> {
  const [row] = await tx
    .select({ isOurs: sql<boolean>`pg_try_advisory_xact_lock(4010, 2)` })
    .from(sql`(values (1)) as one`);
  return row?.isOurs === true;
}
