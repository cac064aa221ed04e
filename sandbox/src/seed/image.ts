import { createHash } from "node:crypto";

import { and, eq, isNull } from "drizzle-orm";

import { after, DAY, MINUTE } from "../clock.js";
import type { Db } from "../database/open.js";
import { files } from "../database/schema.js";
import type { FileStore } from "../files/store.js";
import { WORKSPACE } from "./people.js";

const FILE = "file_basket";

/** A drawing of a basket with three rows and a total: a PNG of 96 by 64 pixels. */
const BYTES = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAGAAAABACAMAAADS6oI8AAAAD1BMVEX6+PQsMDjOysK0VAoKek9zfUORAAAAcUlEQVR42u3YQQ6AIAwAwYr+/80mXBGs" +
    "BgotOw9wE9seVI7BJEZAHhCwDbCmzQC2cWYmgfSq9ozmekYKeB0y5rsyk8CfC1DcQaSA1yFjPs0adgokpY93ECngdchY5ZL74q1afx2VFH8mCIQK" +
    "DN8iYGs3NNEKpY43rjoAAAAASUVORK5CYII=",
  "base64",
);

/** What is known of a screenshot that somebody took of the bug with the coupons. */
export async function seedImage(tx: Db, now: Date): Promise<void> {
  const createdAt = after(now, -26 * 60 * MINUTE);
  await tx.insert(files).values({
    fileId: FILE,
    workspaceId: WORKSPACE,
    name: "basket.png",
    mediaType: "image/png",
    size: BYTES.byteLength,
    sha256: createHash("sha256").update(BYTES).digest("hex"),
    status: "ready",
    createdBy: "u_chen",
    createdAt,
    uploadedAt: createdAt,
    uploadExpiresAt: after(now, DAY),
  });
}

/** Puts its bytes where files are kept, unless the file was deleted: another run may have kept them elsewhere. */
export async function keepImage(db: Db, store: FileStore): Promise<void> {
  const isThere = and(eq(files.fileId, FILE), isNull(files.deletedAt));
  const [file] = await db.select().from(files).where(isThere);
  if (file) await store.write(file, BYTES);
}
