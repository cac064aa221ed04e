import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } from "oauth4webapi";

import { RequestError } from "../runtime/errors.js";
import { createAuthorizationServer } from "./authorization-server.js";
import type {
  ClientCredentials,
  Grant,
  OAuth,
  OAuthDefinition,
  OAuthOptions,
  RegistrationOptions,
} from "./options.js";
import { createSafeStore } from "./safe-store.js";
import { createMemoryStore } from "./store.js";
import { createTokenSource, tokensOf } from "./token-source.js";

/** Makes a sign-in to the API that a definition describes: the authorization-code grant with PKCE. */
export function createOAuthFor(definition: OAuthDefinition, options: OAuthOptions): OAuth {
  const { now = () => Date.now(), scopes = definition.scopes } = options;
  const server = createAuthorizationServer(definition, options);
  const store = createSafeStore(options.store ?? createMemoryStore());
  const source = createTokenSource({ store, now, refresh: (token) => server.refresh(options, token) });
  return {
    token: source.token,
    async start({ redirectUri = options.redirectUri, parameters = {} } = {}) {
      const [state, codeVerifier, scope] = [
        generateRandomState(),
        generateRandomCodeVerifier(),
        scopes.join(" "),
      ];
      const url = await server.authorizationUrl({
        ...parameters,
        response_type: "code",
        client_id: options.clientId,
        redirect_uri: redirectUri,
        ...(scope && { scope }),
        state,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
      });
      return { url, state, codeVerifier, redirectUri, scope };
    },
    async finish(callback, pending) {
      const { state, codeVerifier, redirectUri, scope } = pending;
      if (!state || !codeVerifier) throw new RequestError("no sign-in was started; keep what start() gives");
      if (!URL.canParse(callback, redirectUri)) throw new RequestError("the callback is not a URL");
      const answer = await server.exchange(options, new URL(callback, redirectUri), pending);
      const tokens = tokensOf(answer, now(), { scopes: scope ? scope.split(" ") : undefined });
      await store.exclusive(() => source.replace(tokens), patient());
      return { scopes: tokens.scopes, expiresAt: tokens.expiresAt };
    },
    async grant(): Promise<Grant | undefined> {
      const tokens = await store.load();
      return tokens && { scopes: tokens.scopes, expiresAt: tokens.expiresAt };
    },
    signOut: () =>
      store.exclusive(async () => {
        const tokens = await store.load();
        try {
          if (tokens) await server.revoke(options, tokens.refreshToken ?? tokens.accessToken);
        } finally {
          await source.replace(undefined);
        }
      }, patient()),
  };
}

/** Waits for a store's lock as long as it takes: whoever holds it is done or dead before long. */
function patient(): AbortSignal {
  return new AbortController().signal;
}

/** Registers an app with the authorization server, where that is offered. Keep what it gives: it is the app's name. */
export async function registerClientFor(
  definition: OAuthDefinition,
  options: RegistrationOptions,
): Promise<ClientCredentials> {
  const { clientName, redirectUris, scopes = definition.scopes, isConfidential = false, metadata } = options;
  return createAuthorizationServer(definition, options).register({
    ...metadata,
    client_name: clientName,
    redirect_uris: [...redirectUris],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: isConfidential ? "client_secret_basic" : "none",
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
  });
}
