import { createHash } from "node:crypto";

import { and, eq, isNull } from "drizzle-orm";

import { createGrantSecret, grantSecretOf, sealGrantSecret } from "../auth/grant-secret.js";
import { createSecret, hashSecret } from "../auth/secrets.js";
import { after, DAY, HOUR, MINUTE, SECOND } from "../clock.js";
import type { Db } from "../database/open.js";
import { oauthApps, oauthCodes, oauthGrants, oauthTokens } from "../database/schema.js";
import type { Client } from "./clients.js";
import type { OAuthParts } from "./parts.js";

const CODE_LIFETIME = 10 * MINUTE;
export const ACCESS_LIFETIME = HOUR;
const REFRESH_LIFETIME = 30 * DAY;
/** So long may a refresh token come again after it was replaced. */
const REUSE_GRACE = 30 * SECOND;

/** What a member agreed to. */
interface Consent {
  readonly clientId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly codeChallenge: string;
  /** For the ID token, as the app sent it. */
  readonly nonce: string | undefined;
}

/** What the token endpoint gives. */
export interface Tokens {
  readonly userId: string;
  readonly signedInAt: Date;
  /** Of the request for the code that the tokens came of; null for a refresh. */
  readonly nonce: string | null;
  readonly accessToken: string;
  /** Absent without the scope `offline_access`. */
  readonly refreshToken: string | undefined;
  readonly scopes: readonly string[];
}

/** Keeps a consent and gives the code for it, which works once and for 10 minutes. */
export async function grant(consent: Consent, { database, clock, ids }: OAuthParts): Promise<string> {
  const code = createSecret("code");
  const now = clock.now();
  const grantId = ids("grant");
  const { clientId, userId, scopes, redirectUri, codeChallenge, nonce } = consent;
  await database.transaction(async (tx) => {
    await tx.insert(oauthGrants).values({ grantId, clientId, userId, scopes: [...scopes], createdAt: now });
    await tx.update(oauthApps).set({ lastUsedAt: now }).where(eq(oauthApps.clientId, clientId));
    await tx.insert(oauthCodes).values({
      codeHash: hashSecret(code),
      grantId,
      redirectUri,
      codeChallenge,
      nonce,
      expiresAt: after(now, CODE_LIFETIME),
    });
  });
  return code;
}

interface Redemption {
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

/** Changes a code for tokens. A code that comes a second time may be stolen: all that came of it ends. */
export async function redeem(
  client: Client,
  { code, verifier, redirectUri }: Redemption,
  { database, clock }: OAuthParts,
): Promise<Tokens | undefined> {
  return database.transaction(async (tx) => {
    const now = clock.now();
    const [found] = await tx
      .select({ code: oauthCodes, grant: oauthGrants })
      .from(oauthCodes)
      .innerJoin(oauthGrants, eq(oauthCodes.grantId, oauthGrants.grantId))
      .where(and(eq(oauthCodes.codeHash, hashSecret(code)), eq(oauthGrants.clientId, client.clientId)))
      .for("update");
    if (found === undefined) return undefined;
    if (found.code.usedAt !== null) return revokeGrant(found.grant.grantId, tx, now);
    const isRight =
      found.code.expiresAt > now &&
      found.grant.revokedAt === null &&
      found.code.redirectUri === redirectUri &&
      found.code.codeChallenge === challengeOf(verifier);
    if (!isRight) return undefined;
    await tx.update(oauthCodes).set({ usedAt: now }).where(eq(oauthCodes.codeHash, found.code.codeHash));
    const { scopes } = found.grant;
    const secret = createGrantSecret();
    return issue({ grant: found.grant, scopes, secret, nonce: found.code.nonce }, tx, now);
  });
}

/**
 * Changes a refresh token for new tokens, perhaps of fewer scopes. One that was changed before may be stolen: the whole
 * family ends, and the member must sign in again. For half a minute it may come again, since parts of one app may
 * refresh at the same time, and answers may be lost.
 *
 * @returns `"scope"` when scopes are asked for that were not granted.
 */
export async function refresh(
  client: Client,
  token: string,
  wanted: readonly string[] | undefined,
  { database, clock }: OAuthParts,
): Promise<Tokens | "scope" | undefined> {
  return database.transaction(async (tx) => {
    const now = clock.now();
    const found = await findToken(token, client, tx);
    if (found === undefined || found.token.kind !== "refresh" || found.grant.revokedAt !== null)
      return undefined;
    const { grantId, scopes } = found.grant;
    const { usedAt } = found.token;
    if (usedAt !== null && after(usedAt, REUSE_GRACE) <= now) return revokeGrant(grantId, tx, now);
    if (found.token.expiresAt <= now) return undefined;
    if (wanted?.some((scope) => !scopes.includes(scope)) === true) return "scope";
    const isIt = eq(oauthTokens.tokenHash, found.token.tokenHash);
    if (usedAt === null) await tx.update(oauthTokens).set({ usedAt: now }).where(isIt);
    const secret = (await grantSecretOf(token, found.token.sealedSecret)) ?? createGrantSecret();
    return issue({ grant: found.grant, scopes: wanted ?? scopes, secret, nonce: null }, tx, now);
  });
}

/** Ends an access token, or with a refresh token all that came from the same sign-in (RFC 7009). */
export async function revoke(client: Client, token: string, { database, clock }: OAuthParts): Promise<void> {
  await database.transaction(async (tx) => {
    const found = await findToken(token, client, tx);
    if (found === undefined) return;
    if (found.token.kind === "refresh") await revokeGrant(found.grant.grantId, tx, clock.now());
    else {
      await tx
        .update(oauthTokens)
        .set({ revokedAt: clock.now() })
        .where(eq(oauthTokens.tokenHash, found.token.tokenHash));
    }
  });
}

async function findToken(token: string, client: Client, tx: Db) {
  const [found] = await tx
    .select({ token: oauthTokens, grant: oauthGrants })
    .from(oauthTokens)
    .innerJoin(oauthGrants, eq(oauthTokens.grantId, oauthGrants.grantId))
    .where(and(eq(oauthTokens.tokenHash, hashSecret(token)), eq(oauthGrants.clientId, client.clientId)))
    .for("update");
  return found;
}

async function revokeGrant(grantId: string, tx: Db, now: Date): Promise<undefined> {
  await tx
    .update(oauthGrants)
    .set({ revokedAt: now })
    .where(and(eq(oauthGrants.grantId, grantId), isNull(oauthGrants.revokedAt)));
}

interface Issue {
  /** A refresh token keeps all its scopes. */
  readonly grant: typeof oauthGrants.$inferSelect;
  /** Those of the access token. */
  readonly scopes: readonly string[];
  /** The secret of the grant. */
  readonly secret: string;
  readonly nonce: string | null;
}

async function issue({ grant: of, scopes, secret, nonce }: Issue, tx: Db, now: Date): Promise<Tokens> {
  const { grantId, userId, scopes: granted, createdAt: signedInAt } = of;
  const accessToken = createSecret("accessToken");
  const refreshToken = granted.includes("offline_access") ? createSecret("refreshToken") : undefined;
  await tx.insert(oauthTokens).values({
    tokenHash: hashSecret(accessToken),
    kind: "access",
    grantId,
    scopes: [...scopes],
    sealedSecret: await sealGrantSecret(secret, accessToken),
    createdAt: now,
    expiresAt: after(now, ACCESS_LIFETIME),
  });
  if (refreshToken !== undefined) {
    await tx.insert(oauthTokens).values({
      tokenHash: hashSecret(refreshToken),
      kind: "refresh",
      grantId,
      scopes: [...granted],
      sealedSecret: await sealGrantSecret(secret, refreshToken),
      createdAt: now,
      expiresAt: after(now, REFRESH_LIFETIME),
    });
  }
  return { accessToken, refreshToken, scopes, userId, signedInAt, nonce };
}

/** The S256 challenge of a verifier (RFC 7636). */
function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}
