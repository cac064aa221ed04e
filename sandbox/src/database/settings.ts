import { randomBytes } from "node:crypto";

import { eq } from "drizzle-orm";

import type { Db } from "./open.js";
import { settings } from "./schema.js";

/** A secret that all instances on one database share; made by the first that asks for it. */
export async function sharedSecret(db: Db, name: string): Promise<Buffer> {
  const value = randomBytes(32).toString("base64");
  await db.insert(settings).values({ name, value }).onConflictDoNothing();
  const [found] = await db.select().from(settings).where(eq(settings.name, name));
  return Buffer.from(found?.value ?? value, "base64");
}
