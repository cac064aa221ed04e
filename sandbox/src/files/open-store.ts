import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Hono } from "hono";

import type { Clock } from "../clock.js";
import type { Database } from "../database/open.js";
import { sharedSecret } from "../database/settings.js";
import { DiskStore } from "./disk-store.js";
import { S3Store, type S3Options } from "./s3-store.js";
import type { FileStore } from "./store.js";
import { uploadRoutes } from "./upload-routes.js";

interface OpenFileStore {
  readonly store: FileStore;
  /** Where bytes are taken, unless clients send them elsewhere. */
  readonly routes?: Hono;
  close(): Promise<void>;
}

/** Opens the store that the options describe: a bucket, a folder, or a temporary folder. */
export async function openFileStore(
  options: { readonly s3?: S3Options; readonly filesDir?: string },
  database: Database,
  clock: Clock,
): Promise<OpenFileStore> {
  if (options.s3 !== undefined) return { store: new S3Store(options.s3, clock), close: async () => {} };
  const isTemporary = options.filesDir === undefined;
  const folder = options.filesDir ?? (await mkdtemp(join(tmpdir(), "workspace-sandbox-files-")));
  const store = new DiskStore(folder, await sharedSecret(database.db, "uploads"));
  return {
    store,
    routes: uploadRoutes({ database, clock, store }),
    async close() {
      if (isTemporary) await rm(folder, { recursive: true, force: true });
    },
  };
}
