import { contract } from "@workspace-api/server";
import { Hono } from "hono";
import { cors } from "hono/cors";

import { decide, showConsent } from "./authorize.js";
import { errorResponse, OAuthError } from "./errors.js";
import { addressLimit } from "./limits.js";
import { metadata, protectedResource } from "./metadata.js";
import type { OAuthParts } from "./parts.js";
import { PATHS } from "./paths.js";
import { register } from "./registration.js";
import { revocation, token } from "./token.js";
import { keys, userinfo } from "./userinfo.js";

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
  const { authorize: _, ...forApps } = PATHS;
  for (const path of Object.values(forApps)) app.use(path, anyOrigin);
  const resource = PATHS.protectedResource + contract.basePath;
  app.use(resource, anyOrigin);

  for (const path of [PATHS.metadata, PATHS.openid]) app.get(path, (c) => metadata(c.req.raw, parts));
  for (const path of [PATHS.protectedResource, resource])
    app.get(path, (c) => protectedResource(c.req.raw, parts));
  app.get(PATHS.keys, (c) => keys(c.req.raw, parts));
  app.on(["GET", "POST"], PATHS.userinfo, (c) => userinfo(c.req.raw, parts));
  app.get(PATHS.authorize, (c) => showConsent(c.req.raw, parts));
  app.post(PATHS.authorize, (c) => decide(c.req.raw, parts));
  if (parts.isLimited) {
    app.post(PATHS.token, addressLimit("token"));
    app.post(PATHS.register, addressLimit("register"));
  }
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
