import { SignJWT } from "jose";

import { ACCESS_LIFETIME } from "./grants.js";
import { claimsOf, SIGNING_ALGORITHM } from "./claims.js";
import type { OAuthParts } from "./parts.js";
import { signingKey } from "./signing-key.js";

/** Who signed in, where and when. */
export interface SignIn {
  readonly userId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly signedInAt: Date;
  /** What the app sent along, so that it knows the token is for this sign-in. */
  readonly nonce: string | null;
}

/** Tells an app who signed in (OpenID Connect Core 1.0, section 2). */
export async function idTokenOf(
  { userId, clientId, scopes, signedInAt, nonce }: SignIn,
  issuer: string,
  { database, clock }: OAuthParts,
): Promise<string> {
  const { keyId, privateKey } = await signingKey(database.db);
  const issuedAt = secondsOf(clock.now());
  return new SignJWT({
    ...(await claimsOf(database.db, userId, scopes)),
    auth_time: secondsOf(signedInAt),
    ...(nonce !== null && { nonce }),
  })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: "JWT", kid: keyId })
    .setIssuer(issuer)
    .setSubject(userId)
    .setAudience(clientId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_LIFETIME / 1000)
    .sign(privateKey);
}

function secondsOf(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}
