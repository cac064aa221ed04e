import { createOAuthFor } from "../../templates/client/src/oauth/create-oauth.js";
import type { OAuth, OAuthDefinition, OAuthOptions } from "../../templates/client/src/oauth/options.js";
import { createMemoryStore, type Tokens, type TokenStore } from "../../templates/client/src/oauth/store.js";
import type { Api } from "../../templates/client/src/runtime/api.js";
import type { ApiOptions } from "../../templates/client/src/runtime/options.js";
import { apiFor } from "./api-server.js";
import type { OAuthServer } from "./oauth-server.js";

export const REDIRECT_URI = "https://app.example/callback";

/** What a spec would say of a test server. */
export function definitionOf(url: string): OAuthDefinition {
  const endpoints = { authorizationUrl: "/authorize", tokenUrl: "/token" };
  return { baseUrl: `${url}/api`, ...endpoints, scopes: ["read", "write"], agent: "test-client/1.2.3" };
}

/** An app's sign-in at a test server. */
export function oauthAt(server: OAuthServer, options: Partial<OAuthOptions> = {}): OAuth {
  return createOAuthFor(definitionOf(server.url), { clientId: "app", redirectUri: REDIRECT_URI, ...options });
}

/** A sign-in that is there already, with its store and an API that uses it. */
export function signedInAt(
  server: OAuthServer,
  tokens: Partial<Tokens> = {},
  options: Partial<OAuthOptions> = {},
  apiOptions: ApiOptions = {},
): { oauth: OAuth; store: TokenStore; api: Api } {
  const { accessToken, refreshToken } = server.signedIn();
  const store = createMemoryStore({ accessToken, refreshToken, scopes: ["read", "write"], ...tokens });
  const oauth = oauthAt(server, { store, ...options });
  return { oauth, store, api: apiFor(`${server.url}/api`, { auth: oauth.token, ...apiOptions }) };
}
