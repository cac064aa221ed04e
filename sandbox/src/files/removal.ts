import { and, eq, inArray, isNotNull, isNull, lte } from "drizzle-orm";

import { after, DAY } from "../clock.js";
import type { Db } from "../database/open.js";
import { files } from "../database/schema.js";
import type { FileStore } from "./store.js";

/** So long is it told of an upload that it failed, before it is forgotten. */
const KEPT_MS = 7 * DAY;
const AT_ONCE = 100;

/** Removes the bytes of a deleted file, and then what is known of it. Whatever fails here is done by `pruneFiles`. */
export async function removeFile(db: Db, store: FileStore, fileId: string): Promise<void> {
  try {
    await finish(db, store, fileId);
  } catch {
    // The store may be away; the row stays as long as the bytes do.
  }
}

/** Forgets uploads that were never finished, and removes what is left of deleted files. */
export async function pruneFiles(db: Db, store: FileStore, now: Date): Promise<void> {
  const isOver = and(
    inArray(files.status, ["pending", "failed"]),
    lte(files.uploadExpiresAt, after(now, -KEPT_MS)),
    isNull(files.deletedAt),
  );
  for (const file of await db.select().from(files).where(isOver).limit(AT_ONCE)) {
    // A bucket may have taken bytes that nobody asked for since.
    const status = await store.check(file);
    const change = status === "ready" ? { status, uploadedAt: now } : { deletedAt: now };
    await db
      .update(files)
      .set(change)
      .where(and(eq(files.fileId, file.fileId), isNull(files.deletedAt)));
  }
  const deleted = await db.select().from(files).where(isNotNull(files.deletedAt)).limit(AT_ONCE);
  for (const { fileId } of deleted) await finish(db, store, fileId);
}

async function finish(db: Db, store: FileStore, fileId: string): Promise<void> {
  await store.remove(fileId);
  await db.delete(files).where(eq(files.fileId, fileId));
}
