import * as oauth from "oauth4webapi";

import { createDiscovery } from "./discovery.js";
import { OAuthError } from "./errors.js";
import type { ClientCredentials, OAuthDefinition, PendingSignIn, ServerOptions } from "./options.js";
import { asked, requestOptions } from "./requests.js";

/** The members of a token answer that matter here. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in?: number | undefined;
  readonly refresh_token?: string | undefined;
  readonly scope?: string | undefined;
}

/** Talks to an authorization server. All but `authorizationUrl` throw OAuthError, ConnectionError or TimeoutError. */
export interface AuthorizationServer {
  /** The URL that a person is to be sent to. */
  authorizationUrl(parameters: Readonly<Record<string, string>>): Promise<string>;
  /** Checks what the person brought back, and gets tokens for the code in it. */
  exchange(client: ClientCredentials, callback: URL, pending: PendingSignIn): Promise<TokenAnswer>;
  refresh(client: ClientCredentials, refreshToken: string): Promise<TokenAnswer>;
  /** Does nothing where the server does not offer it. */
  revoke(client: ClientCredentials, token: string): Promise<void>;
  register(metadata: Partial<oauth.Client>): Promise<ClientCredentials>;
}

/** Makes what talks to the authorization server of which endpoints, or an issuer, are known. */
export function createAuthorizationServer(
  definition: OAuthDefinition,
  given: ServerOptions,
): AuthorizationServer {
  const { fetch = (url, init) => globalThis.fetch(url, init) } = given;
  const options = (): ReturnType<typeof requestOptions> => requestOptions(fetch, definition.agent);
  const discovery = createDiscovery(definition, given, options);
  return {
    async authorizationUrl(parameters) {
      const { authorization_endpoint: endpoint } = await discovery.metadata();
      if (endpoint === undefined) throw new OAuthError("no authorizationUrl is known; give it or an issuer");
      const url = new URL(endpoint);
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    async exchange(credentials, callback, { state, codeVerifier, redirectUri }) {
      const server = await discovery.metadata();
      const { client, authentication, secret } = clientOf(credentials);
      const code = callback.searchParams.get("code") ?? undefined;
      return asked("the sign-in failed", [codeVerifier, code, secret], async () => {
        const checked = oauth.validateAuthResponse(server, client, callback, state);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          checked,
          redirectUri,
          codeVerifier,
          options(),
        );
        return oauth.processAuthorizationCodeResponse(server, client, response);
      });
    },
    async refresh(credentials, token) {
      const server = await discovery.refreshing();
      const { client, authentication, secret } = clientOf(credentials);
      return asked("the token was not refreshed", [token, secret], async () => {
        const response = await oauth.refreshTokenGrantRequest(
          server,
          client,
          authentication,
          token,
          options(),
        );
        return oauth.processRefreshTokenResponse(server, client, response);
      });
    },
    async revoke(credentials, token) {
      const server = await discovery.metadata();
      const { client, authentication, secret } = clientOf(credentials);
      if (server.revocation_endpoint === undefined) return;
      await asked("the tokens were not revoked", [token, secret], async () => {
        const response = await oauth.revocationRequest(server, client, authentication, token, options());
        await oauth.processRevocationResponse(response);
      });
    },
    async register(metadata) {
      const server = await discovery.metadata();
      if (server.registration_endpoint === undefined)
        throw new OAuthError("the authorization server offers no registration; register the app by hand");
      return asked("the app was not registered", [], async () => {
        const response = await oauth.dynamicClientRegistrationRequest(server, metadata, options());
        return credentialsOf(await oauth.processDynamicClientRegistrationResponse(response));
      });
    },
  };
}

function credentialsOf(client: oauth.OmitSymbolProperties<oauth.Client>): ClientCredentials {
  const { client_id: clientId, client_secret: clientSecret, token_endpoint_auth_method: method } = client;
  if (typeof clientSecret !== "string" || method === "none") return { clientId };
  return method === "client_secret_post"
    ? { clientId, clientSecret, clientAuthentication: method }
    : { clientId, clientSecret };
}

interface LibraryClient {
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
  readonly secret: string | undefined;
}

function clientOf({
  clientId,
  clientSecret: secret,
  clientAuthentication,
}: ClientCredentials): LibraryClient {
  const client = { client_id: clientId };
  if (secret === undefined) return { client, authentication: oauth.None(), secret };
  const isInBody = clientAuthentication === "client_secret_post";
  const authentication = isInBody ? oauth.ClientSecretPost(secret) : oauth.ClientSecretBasic(secret);
  return { client, authentication, secret };
}
