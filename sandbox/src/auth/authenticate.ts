import { and, eq } from "drizzle-orm";

import { after, MINUTE, type Clock } from "../clock.js";
import type { Db } from "../database/open.js";
import { apiKeys, oauthApps, oauthGrants, oauthTokens } from "../database/schema.js";
import type { Credential } from "./credential.js";
import { grantSecretOf } from "./grant-secret.js";
import { hashSecret, isApiKey } from "./secrets.js";

/** Why a credential is refused, by the codes of the API. */
export type Refusal =
  | { readonly code: "credential_missing" }
  | { readonly code: "credential_invalid" }
  | { readonly code: "token_expired"; readonly expiredAt: Date };

/**
 * Finds out who a request comes from. Every request asks the database, so that a key that was revoked by any instance
 * works nowhere from that moment on.
 */
export async function authenticate(
  authorization: string | null,
  { db, clock }: { db: Db; clock: Clock },
): Promise<Credential | Refusal> {
  const secret = /^bearer +([\w~+/.-]+=*) *$/i.exec(authorization ?? "")?.[1];
  if (secret === undefined) return { code: "credential_missing" };
  return isApiKey(secret) ? ofKey(secret, db, clock.now()) : ofToken(secret, db, clock.now());
}

async function ofKey(secret: string, db: Db, now: Date): Promise<Credential | Refusal> {
  const [key] = await db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.secretHash, hashSecret(secret)));
  if (key === undefined || key.revokedAt !== null) return { code: "credential_invalid" };
  if (key.expiresAt !== null && key.expiresAt <= now) return { code: "credential_invalid" };
  await touch(key, db, now);
  return {
    kind: "key",
    credentialId: key.apiKeyId,
    limitId: key.apiKeyId,
    apiKeyId: key.apiKeyId,
    workspaceId: key.workspaceId,
    sealingSecret: async () => secret,
  };
}

/** Notes the use of a key, once a minute at most, so that reads need not write. */
async function touch(
  { apiKeyId, lastUsedAt }: typeof apiKeys.$inferSelect,
  db: Db,
  now: Date,
): Promise<void> {
  if (lastUsedAt !== null && lastUsedAt > after(now, -MINUTE)) return;
  await db.update(apiKeys).set({ lastUsedAt: now }).where(eq(apiKeys.apiKeyId, apiKeyId));
}

async function ofToken(secret: string, db: Db, now: Date): Promise<Credential | Refusal> {
  const [found] = await db
    .select({ token: oauthTokens, grant: oauthGrants, appSecret: oauthApps.secretHash })
    .from(oauthTokens)
    .innerJoin(oauthGrants, eq(oauthTokens.grantId, oauthGrants.grantId))
    .innerJoin(oauthApps, eq(oauthGrants.clientId, oauthApps.clientId))
    .where(and(eq(oauthTokens.tokenHash, hashSecret(secret)), eq(oauthTokens.kind, "access")));
  if (found === undefined || found.token.revokedAt !== null || found.grant.revokedAt !== null) {
    return { code: "credential_invalid" };
  }
  const { token, grant } = found;
  if (token.expiresAt <= now) return { code: "token_expired", expiredAt: token.expiresAt };
  return {
    kind: "member",
    credentialId: grant.grantId,
    limitId: `${grant.clientId} ${grant.userId}`,
    userId: grant.userId,
    clientId: grant.clientId,
    scopes: new Set(token.scopes),
    sealingSecret: async () => (await grantSecretOf(secret, token.sealedSecret)) ?? secret,
    isPublicClient: found.appSecret === null,
  };
}
