import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from "jose";

import type { Db } from "../database/open.js";
import { sharedSetting } from "../database/settings.js";
import { calculateJwkThumbprint } from "jose";
import { SIGNING_ALGORITHM } from "./claims.js";

/** The key that ID tokens are signed with: the same for all instances on one database, made when it is first needed. */
export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: CryptoKey | Uint8Array;
  /** What clients check signatures with (RFC 7517). */
  readonly publicKey: JWK;
}

export async function signingKey(db: Db): Promise<SigningKey> {
  const stored = await sharedSetting(db, "signing-key", async () => {
    const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    return JSON.stringify(await exportJWK(privateKey));
  });
  const jwk: JWK = JSON.parse(stored);
  const { kty = "RSA", n = "", e = "" } = jwk;
  const keyId = await calculateJwkThumbprint({ kty, n, e });
  return {
    keyId,
    privateKey: await importJWK(jwk, SIGNING_ALGORITHM),
    publicKey: { kty, n, e, kid: keyId, alg: SIGNING_ALGORITHM, use: "sig" },
  };
}
