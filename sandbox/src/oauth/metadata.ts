import { CLAIMS, SIGNING_ALGORITHM } from "./claims.js";
import { issuerOf, resourceOf, type OAuthParts } from "./parts.js";
import { PATHS } from "./paths.js";

const CLIENT_AUTHENTICATION = ["none", "client_secret_basic", "client_secret_post"];

/** What this server can do and where (RFC 8414, OpenID Connect Discovery 1.0). */
export function metadata(request: Request, parts: OAuthParts): Response {
  const issuer = issuerOf(request, parts);
  return Response.json({
    issuer,
    authorization_endpoint: issuer + PATHS.authorize,
    token_endpoint: issuer + PATHS.token,
    revocation_endpoint: issuer + PATHS.revoke,
    registration_endpoint: issuer + PATHS.register,
    userinfo_endpoint: issuer + PATHS.userinfo,
    jwks_uri: issuer + PATHS.keys,
    scopes_supported: Object.keys(parts.scopes),
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    authorization_response_iss_parameter_supported: true,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
    claims_supported: CLAIMS,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    prompt_values_supported: ["none", "login", "consent", "select_account"],
    protected_resources: [resourceOf(request, parts)],
  });
}

/** Where the tokens of this server are taken (RFC 9728), for clients that begin at the API. */
export function protectedResource(request: Request, parts: OAuthParts): Response {
  const issuer = issuerOf(request, parts);
  return Response.json({
    resource: resourceOf(request, parts),
    resource_name: "Workspace API",
    resource_documentation: issuer,
    authorization_servers: [issuer],
    scopes_supported: Object.keys(parts.scopes),
    bearer_methods_supported: ["header"],
  });
}
