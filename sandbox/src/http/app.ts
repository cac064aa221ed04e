import { contract, type Server } from "@workspace-api/server";
import { Hono, type Context } from "hono";

import { factsOf, type Log } from "../log.js";
import type { OAuthParts } from "../oauth/parts.js";
import { oauthRoutes } from "../oauth/routes.js";
import { isPerson, notFoundPage } from "../pages/not-found.js";
import { statusRoutes, type StatusParts } from "../status/routes.js";
import { preflight } from "./cors.js";
import { isOutage, PATIENCE_SECONDS } from "./outages.js";
import { pageRoutes, type DocsCredentials } from "./page-routes.js";
import type { Peer } from "./peer.js";

interface AppParts extends StatusParts, Omit<OAuthParts, "scopes"> {
  readonly api: Server;
  /** Where bytes are taken, unless clients send them elsewhere. */
  readonly uploads: Hono | undefined;
  readonly log: Log;
  /** What readers of the docs may run samples with. */
  readonly docsCredentials?: (() => DocsCredentials | undefined) | undefined;
  /** Who sent each request of the API, as far as a server told. */
  readonly peers: WeakMap<Request, Peer>;
}

const scopes = contract.securitySchemes["oauth"]?.scopes ?? {};

/** All that the sandbox answers: the API, and what stands beside it. */
export function createApp(parts: AppParts): Hono<{ Bindings: Peer }> {
  const { api, uploads, log } = parts;
  const app = new Hono<{ Bindings: Peer }>();
  app.route("/", pageRoutes(parts));
  app.route("/", statusRoutes(parts));
  app.route("/", oauthRoutes({ ...parts, scopes }));
  if (uploads) app.route("/", uploads);
  app.options(`${contract.basePath}/*`, () => preflight());
  app.all("*", (c) => {
    if (isPerson(c.req.raw)) return notFoundPage(c.req.path);
    if (c.env) parts.peers.set(c.req.raw, c.env);
    return api(c.req.raw);
  });
  app.onError((error, c) => {
    // Of the API only a response that the spec does not allow comes this far, and only in tests, which shall see it.
    if (c.req.path.startsWith(contract.basePath)) throw error;
    log.error("request failed", { path: c.req.path, ...factsOf(error) });
    return failed(error, c);
  });
  return app;
}

function failed(error: Error, c: Context): Response {
  if (!isOutage(error)) return c.text("Something went wrong here. The log of the sandbox tells more.", 500);
  const headers = { "Retry-After": String(PATIENCE_SECONDS) };
  return c.text("The database is away. Try again in a moment.", 503, headers);
}
