import { issuerOf, type OAuthParts } from "./parts.js";

/** Where the endpoints are, below the origin. */
export const PATHS = {
  metadata: "/.well-known/oauth-authorization-server",
  authorize: "/app/auth/authorize",
  token: "/app/auth/token",
  revoke: "/app/auth/revoke",
  register: "/app/auth/register",
} as const;

const CLIENT_AUTHENTICATION = ["none", "client_secret_basic", "client_secret_post"];

/** What this server can do and where (RFC 8414). */
export function metadata(request: Request, parts: OAuthParts): Response {
  const issuer = issuerOf(request, parts);
  return Response.json({
    issuer,
    authorization_endpoint: issuer + PATHS.authorize,
    token_endpoint: issuer + PATHS.token,
    revocation_endpoint: issuer + PATHS.revoke,
    registration_endpoint: issuer + PATHS.register,
    scopes_supported: Object.keys(parts.scopes),
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    authorization_response_iss_parameter_supported: true,
  });
}
