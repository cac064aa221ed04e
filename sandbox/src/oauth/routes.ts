import { Hono } from "hono";
import { cors } from "hono/cors";

import { decide, showConsent } from "./authorize.js";
import { errorResponse, OAuthError } from "./errors.js";
import { metadata, PATHS } from "./metadata.js";
import type { OAuthParts } from "./parts.js";
import { register } from "./registration.js";
import { revocation, token } from "./token.js";

type Endpoint = (request: Request, parts: OAuthParts) => Promise<Response>;

/**
 * The OAuth 2.0 server: authorization code with PKCE and refresh tokens. Public clients call it from browsers too, so
 * that everything but the page for people answers any origin; no cookie plays a part there.
 */
export function oauthRoutes(parts: OAuthParts): Hono {
  const app = new Hono();
  const anyOrigin = cors({
    origin: "*",
    allowMethods: ["GET", "POST"],
    allowHeaders: ["Authorization", "Content-Type"],
    maxAge: 600,
  });
  for (const path of [PATHS.metadata, PATHS.token, PATHS.revoke, PATHS.register]) app.use(path, anyOrigin);

  app.get(PATHS.metadata, (c) => metadata(c.req.raw, parts));
  app.get(PATHS.authorize, (c) => showConsent(c.req.raw, parts));
  app.post(PATHS.authorize, (c) => decide(c.req.raw, parts));
  app.post(PATHS.token, (c) => answer(token, c.req.raw, parts));
  app.post(PATHS.revoke, (c) => answer(revocation, c.req.raw, parts));
  app.post(PATHS.register, (c) => answer(register, c.req.raw, parts));
  return app;
}

async function answer(endpoint: Endpoint, request: Request, parts: OAuthParts): Promise<Response> {
  try {
    return await endpoint(request, parts);
  } catch (error) {
    if (error instanceof OAuthError) return errorResponse(error, request.headers.has("authorization"));
    throw error;
  }
}
