import { eq } from "drizzle-orm";

import { matchesHash } from "../auth/secrets.js";
import type { Db } from "../database/open.js";
import { oauthApps } from "../database/schema.js";
import { OAuthError } from "./errors.js";
import type { Parameters } from "./parameters.js";

/** An app that signs members in. Without a secret it is a public client. */
export type Client = typeof oauthApps.$inferSelect;

export async function findClient(db: Db, clientId: string): Promise<Client | undefined> {
  // PostgreSQL has no texts with it.
  if (clientId.includes("\0")) return undefined;
  const [client] = await db.select().from(oauthApps).where(eq(oauthApps.clientId, clientId));
  return client;
}

interface Credentials {
  readonly clientId: string;
  readonly secret: string | undefined;
}

/**
 * Who calls the token or revocation endpoint: a confidential client by its secret, in the Authorization header or in
 * the body; a public client by its id alone.
 */
export async function authenticateClient(db: Db, request: Request, parameters: Parameters): Promise<Client> {
  const { clientId, secret } = credentialsOf(request.headers.get("authorization"), parameters);
  const client = await findClient(db, clientId);
  if (client === undefined) throw new OAuthError("invalid_client", "There is no such client.");
  if (client.secretHash === null && secret !== undefined) {
    throw new OAuthError("invalid_client", "The client is public and has no secret.");
  }
  if (client.secretHash !== null && (secret === undefined || !matchesHash(secret, client.secretHash))) {
    throw new OAuthError("invalid_client", "The client's secret is missing or wrong.");
  }
  return client;
}

function credentialsOf(authorization: string | null, parameters: Parameters): Credentials {
  const { client_id: id, client_secret: secret } = parameters;
  if (authorization === null) {
    if (id === undefined) throw new OAuthError("invalid_client", "The request names no client.");
    return { clientId: id, secret };
  }
  const basic = readBasic(authorization);
  if (basic === undefined) throw new OAuthError("invalid_client", "The Authorization header is not Basic.");
  if (secret !== undefined || (id !== undefined && id !== basic.clientId)) {
    throw new OAuthError("invalid_request", "The client identifies itself in two ways.");
  }
  return basic;
}

function readBasic(authorization: string): Credentials | undefined {
  const encoded = /^basic +([\w+/-]+=*) *$/i.exec(authorization)?.[1];
  const pair = encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair?.indexOf(":") ?? -1;
  if (pair === undefined || colon < 1) return undefined;
  try {
    // Both halves are form-encoded before they are joined (RFC 6749, section 2.3.1).
    const [clientId, secret] = [pair.slice(0, colon), pair.slice(colon + 1)].map((half) =>
      decodeURIComponent(half.replaceAll("+", " ")),
    );
    return clientId === undefined ? undefined : { clientId, secret: secret === "" ? undefined : secret };
  } catch {
    return undefined;
  }
}
