import { authenticateClient, type Client } from "./clients.js";
import { json, OAuthError } from "./errors.js";
import { ACCESS_LIFETIME, redeem, refresh, revoke, type Tokens } from "./grants.js";
import { formOf, need, parametersOf, scopesOf, type Parameters } from "./parameters.js";
import { idTokenOf } from "./id-token.js";
import { issuerOf, type OAuthParts } from "./parts.js";

/** The token endpoint: a code or a refresh token in, tokens out. */
export async function token(request: Request, parts: OAuthParts): Promise<Response> {
  const parameters = parametersOf(await formOf(request));
  const grantType = need(parameters, "grant_type");
  const client = await authenticateClient(parts.database.db, request, parameters);
  const answer = async (tokens: Tokens): Promise<Response> =>
    json({ ...bodyOf(tokens), ...(await openIdPart(client, tokens, issuerOf(request, parts), parts)) });
  if (grantType === "authorization_code") return answer(await redeemCode(client, parameters, parts));
  if (grantType === "refresh_token") return answer(await refreshTokens(client, parameters, parts));
  throw new OAuthError("unsupported_grant_type", "grant_type must be authorization_code or refresh_token.");
}

/** The revocation endpoint (RFC 7009). It also succeeds for tokens that are not known or not the client's. */
export async function revocation(request: Request, parts: OAuthParts): Promise<Response> {
  const parameters = parametersOf(await formOf(request));
  const client = await authenticateClient(parts.database.db, request, parameters);
  await revoke(client, need(parameters, "token"), parts);
  return new Response(null, { status: 200, headers: { "Cache-Control": "no-store" } });
}

async function redeemCode(client: Client, parameters: Parameters, parts: OAuthParts): Promise<Tokens> {
  const code = need(parameters, "code");
  const redirectUri = need(parameters, "redirect_uri");
  const verifier = need(parameters, "code_verifier");
  if (!/^[\w.~-]{43,128}$/.test(verifier)) {
    throw new OAuthError("invalid_request", "code_verifier must have 43 to 128 unreserved characters.");
  }
  const tokens = await redeem(client, { code, redirectUri, verifier }, parts);
  if (tokens !== undefined) return tokens;
  throw new OAuthError(
    "invalid_grant",
    "The code is not known, expired or used, or redirect_uri or code_verifier are not those of its request.",
  );
}

async function refreshTokens(client: Client, parameters: Parameters, parts: OAuthParts): Promise<Tokens> {
  const wanted = parameters["scope"] === undefined ? undefined : scopesOf(parameters["scope"]);
  const tokens = await refresh(client, need(parameters, "refresh_token"), wanted, parts);
  if (tokens === "scope") throw new OAuthError("invalid_scope", "scope names more than was granted.");
  if (tokens !== undefined) return tokens;
  throw new OAuthError("invalid_grant", "The refresh token is not known, expired, used or revoked.");
}

async function openIdPart(
  { clientId }: Client,
  tokens: Tokens,
  issuer: string,
  parts: OAuthParts,
): Promise<{ id_token?: string }> {
  if (!tokens.scopes.includes("openid")) return {};
  return { id_token: await idTokenOf({ ...tokens, clientId }, issuer, parts) };
}

function bodyOf({ accessToken, refreshToken, scopes }: Tokens): object {
  return {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: ACCESS_LIFETIME / 1000,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    scope: scopes.join(" "),
  };
}
