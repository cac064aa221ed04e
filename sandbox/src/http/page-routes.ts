import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { contract } from "@workspace-api/server";
import { Hono } from "hono";

import type { Database } from "../database/open.js";

/** Where the reference stands: in the package, or in a checkout. */
const REFERENCES = ["../../dist/reference.html", "../../../generated/docs/reference.html"];

/** What is not the API: the reference at `/`, and whether the sandbox is well. */
export function pageRoutes(database: Database): Hono {
  const app = new Hono();
  let reference: Promise<string> | undefined;
  app.get("/", async (c) => {
    reference ??= readReference();
    return c.html(atHome(await reference, new URL(c.req.url).origin));
  });
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
  return app;
}

/** Where the curl lines of the reference lead, unless somebody reads them here. */
const PRODUCTION = `https://api.workspace.example${contract.basePath}`;

/** The reference for those who read it on a sandbox: its curl lines lead to it. */
function atHome(text: string, origin: string): string {
  const here = origin + contract.basePath;
  const note = `<aside aria-label="Sandbox"><p>This is a <strong>sandbox</strong>. The curl lines below lead to it, with the key that it
printed in <code>API_KEY</code>; clients take <code>baseUrl: "${here}"</code>. <a href="/_sandbox">What it did lately</a>: requests, limits, webhooks.</p></aside>`;
  return text.replaceAll(PRODUCTION, here).replace(/<main[^>]*>/, (main) => `${main}${note}`);
}

async function readReference(): Promise<string> {
  const paths = REFERENCES.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const path = paths.find(existsSync);
  if (path === undefined) return "<!doctype html><title>Sandbox</title><p>The reference has not been built.";
  return readFile(path, "utf8");
}
