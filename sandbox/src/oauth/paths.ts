/** Where the endpoints are, below the origin. */
export const PATHS = {
  metadata: "/.well-known/oauth-authorization-server",
  openid: "/.well-known/openid-configuration",
  protectedResource: "/.well-known/oauth-protected-resource",
  authorize: "/app/auth/authorize",
  token: "/app/auth/token",
  revoke: "/app/auth/revoke",
  register: "/app/auth/register",
  userinfo: "/app/auth/userinfo",
  keys: "/app/auth/jwks",
} as const;
