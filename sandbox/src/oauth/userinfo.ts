import { authenticate } from "../auth/authenticate.js";
import { claimsOf } from "./claims.js";
import { json } from "./errors.js";
import type { OAuthParts } from "./parts.js";
import { signingKey } from "./signing-key.js";

/** Tells an app about the person whose token it sends (OpenID Connect Core 1.0, section 5.3). */
export async function userinfo(request: Request, { database, clock }: OAuthParts): Promise<Response> {
  const { db } = database;
  const found = await authenticate(request.headers.get("authorization"), { db, clock });
  if ("code" in found && found.code === "credential_missing") return refusal(401);
  if ("code" in found || found.kind === "key") return refusal(401, "invalid_token");
  if (!found.scopes.has("openid")) return refusal(403, "insufficient_scope", "openid");
  return json({ sub: found.userId, ...(await claimsOf(db, found.userId, [...found.scopes])) });
}

/** What ID tokens are checked with (RFC 7517). */
export async function keys(_request: Request, { database }: OAuthParts): Promise<Response> {
  const { publicKey } = await signingKey(database.db);
  return Response.json({ keys: [publicKey] }, { headers: { "Cache-Control": "public, max-age=3600" } });
}

function refusal(status: 401 | 403, error?: string, scope?: string): Response {
  const parts = [
    'realm="workspace"',
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(scope === undefined ? [] : [`scope="${scope}"`]),
  ];
  const body = { error: error ?? "invalid_request", error_description: "Send an access token with openid." };
  return json(body, status, { "WWW-Authenticate": `Bearer ${parts.join(", ")}` });
}
