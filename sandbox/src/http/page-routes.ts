import { contract } from "@workspace-api/server";
import { Hono } from "hono";

import type { Database } from "../database/open.js";
import { Site, SITE_POLICY, type SiteFile } from "../pages/site.js";
import { plainTag } from "./compression.js";
import { isLocalCaller } from "./local.js";
import type { Peer } from "./peer.js";

/** Credentials that readers of the docs may run samples with. */
export interface DocsCredentials {
  readonly apiKey?: string;
  readonly accessToken?: string;
}

interface PageParts {
  readonly database: Database;
  /** Asked for at each request, since they may come later than the sandbox. */
  readonly docsCredentials?: (() => DocsCredentials | undefined) | undefined;
}

/** What is not the API: the docs at `/`, and whether the sandbox is well. */
export function pageRoutes({ database, docsCredentials }: PageParts): Hono<{ Bindings: Peer }> {
  const app = new Hono<{ Bindings: Peer }>();
  let site: Site | undefined;
  // Browsers ask for it by themselves; an answer keeps their console clean.
  app.get("/favicon.ico", (c) => c.body(null, 204));
  // Whether the process answers: an orchestrator that restarts it for a database that is away makes nothing better.
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  // Whether it can do its work: a load balancer sends requests elsewhere until it can.
  app.get("/readyz", async (c) => {
    try {
      await database.ping();
      return c.json({ status: "ok", database: database.kind });
    } catch {
      return c.json({ status: "unavailable", database: database.kind }, 503);
    }
  });
  // The `type` of an error leads to its page.
  app.get("/problems/:name", (c) => c.redirect(`/errors/${c.req.param("name").replaceAll("-", "_")}`, 302));
  app.get("/assets/host.js", (c) => {
    // Credentials are for whoever sits at this machine, as the status page is.
    const isLocal = isLocalCaller(c.env?.address, c.req.url);
    const host = {
      baseUrl: contract.basePath,
      ...(isLocal ? { statusUrl: "/_sandbox", ...docsCredentials?.() } : {}),
    };
    const script = `window.docsHost = ${JSON.stringify(host).replaceAll("<", "\\u003c")};\n`;
    return c.body(script, 200, { ...SECURE, "Content-Type": "text/javascript", "Cache-Control": "no-store" });
  });
  app.get("*", async (c, next) => {
    const { pathname } = new URL(c.req.url);
    site ??= new Site();
    if (pathname === "/" && !site.isBuilt)
      return c.text("The docs have not been built. Run npm run docs, and start the sandbox again.", 404);
    const file = site.file(pathname.slice(1));
    return file === undefined ? next() : sent(await file, c.req.header("if-none-match"));
  });
  return app;
}

const SECURE = {
  "Content-Security-Policy": SITE_POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
};

/** A file of the docs, or 304 where the caller has it already. */
function sent({ bytes, type, etag }: SiteFile, known: string | undefined): Response {
  const headers = { ...SECURE, "Content-Type": type, ETag: etag, "Cache-Control": "no-cache" };
  const tags = (known ?? "").split(",").map((tag) => plainTag(tag.trim().replace(/^W\//, "")));
  return tags.includes(etag)
    ? new Response(null, { status: 304, headers })
    : new Response(bytes, { headers });
}
