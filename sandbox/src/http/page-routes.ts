import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

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
    return c.html(await reference);
  });
  app.get("/healthz", async (c) => {
    try {
      await database.ping();
      return c.json({ status: "ok", database: database.kind });
    } catch {
      return c.json({ status: "unavailable", database: database.kind }, 503);
    }
  });
  return app;
}

async function readReference(): Promise<string> {
  const paths = REFERENCES.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const path = paths.find(existsSync);
  if (path === undefined) return "<!doctype html><title>Sandbox</title><p>The reference has not been built.";
  return readFile(path, "utf8");
}
