import * as oauth from "oauth4webapi";

import { isEncrypted } from "../runtime/urls.js";
import { RequestError } from "../runtime/errors.js";
import { OAuthError } from "./errors.js";
import type { Endpoints, OAuthDefinition, ServerOptions } from "./options.js";
import { asked, type RequestOptions } from "./requests.js";

/** Finds out where the authorization server's endpoints are. */
export interface Discovery {
  /** All that is known; the server is asked once. */
  metadata(): Promise<oauth.AuthorizationServer>;
  /** Where tokens are refreshed: without asking the server what the spec says already. */
  refreshing(): Promise<oauth.AuthorizationServer>;
}

/** What the caller names comes first, then what the server of a named issuer says, then the spec. */
export function createDiscovery(
  definition: OAuthDefinition,
  given: ServerOptions,
  options: () => RequestOptions,
): Discovery {
  const base = given.baseUrl ?? definition.baseUrl;
  const chosen = absolute(given, base);
  const spec = given.issuer === undefined ? absolute(definition, base) : {};
  let known: Promise<oauth.AuthorizationServer> | undefined;

  async function discover(): Promise<oauth.AuthorizationServer> {
    const named = { ...endpointsOf(spec), ...endpointsOf(chosen) };
    if (chosen.issuer !== undefined) return { ...(await ask(new URL(chosen.issuer), options)), ...named };
    const url = named.token_endpoint ?? named.authorization_endpoint;
    if (url === undefined) throw new OAuthError("no authorization server is known; give issuer");
    const { origin } = new URL(url);
    // Whether a server has metadata cannot be known beforehand; where it has none, the spec says enough to sign in.
    const offered = await ask(new URL(origin), options).catch(() => undefined);
    return { issuer: origin, ...offered, ...named };
  }

  function metadata(): Promise<oauth.AuthorizationServer> {
    known ??= discover();
    // A failure is not for ever.
    known.catch(() => (known = undefined));
    return known;
  }

  return {
    metadata,
    async refreshing() {
      const url = chosen.refreshUrl ?? chosen.tokenUrl ?? spec.refreshUrl ?? spec.tokenUrl;
      return url === undefined ? metadata() : { issuer: url, token_endpoint: url };
    },
  };
}

/** The server's metadata, which must be that of the very issuer that was asked. */
async function ask(issuer: URL, options: () => RequestOptions): Promise<oauth.AuthorizationServer> {
  return asked("the authorization server's metadata cannot be used", [], async () => {
    const request = (algorithm: "oauth2" | "oidc"): Promise<Response> =>
      oauth.discoveryRequest(issuer, { ...options(), algorithm });
    let response = await request("oauth2");
    // OpenID Connect has the same at another place.
    if (response.status === 404) response = await request("oidc");
    return oauth.processDiscoveryResponse(issuer, response);
  });
}

/** Endpoints in the words of RFC 8414; those that are not known are left out. */
function endpointsOf(endpoints: Endpoints): Partial<oauth.AuthorizationServer> {
  const { authorizationUrl, tokenUrl, revocationUrl, registrationUrl } = endpoints;
  return {
    ...(authorizationUrl !== undefined && { authorization_endpoint: authorizationUrl }),
    ...(tokenUrl !== undefined && { token_endpoint: tokenUrl }),
    ...(revocationUrl !== undefined && { revocation_endpoint: revocationUrl }),
    ...(registrationUrl !== undefined && { registration_endpoint: registrationUrl }),
  };
}

/** The same endpoints as absolute URLs. */
function absolute(endpoints: Endpoints, base: string | undefined): Endpoints {
  const { issuer, authorizationUrl, tokenUrl, refreshUrl, revocationUrl, registrationUrl } = endpoints;
  const urls = { issuer, authorizationUrl, tokenUrl, refreshUrl, revocationUrl, registrationUrl };
  return Object.fromEntries(
    Object.entries(urls).flatMap(([name, url]) =>
      url === undefined ? [] : [[name, hrefOf(name, url, base)]],
    ),
  );
}

function hrefOf(name: string, text: string, base: string | undefined): string {
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined;
  if (url && isEncrypted(url) && !url.username) return url.href;
  throw new RequestError(
    `${name} must be an https URL without a user name; plain http is for this machine alone`,
  );
}
