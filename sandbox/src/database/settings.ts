import { randomBytes } from "node:crypto";

import { eq } from "drizzle-orm";

import type { Db } from "./open.js";
import { settings } from "./schema.js";

/** A secret that all instances on one database share; made by the first that asks for it. */
export async function sharedSecret(db: Db, name: string): Promise<Buffer> {
  const value = await sharedSetting(db, name, async () => randomBytes(32).toString("base64"));
  return Buffer.from(value, "base64");
}

/** A value that all instances on one database share; made by the first that asks for it. */
export async function sharedSetting(db: Db, name: string, make: () => Promise<string>): Promise<string> {
  const stored = await storedSetting(db, name);
  if (stored !== undefined) return stored;
  const value = await make();
  await db.insert(settings).values({ name, value }).onConflictDoNothing();
  return (await storedSetting(db, name)) ?? value;
}

async function storedSetting(db: Db, name: string): Promise<string | undefined> {
  const [found] = await db.select().from(settings).where(eq(settings.name, name));
  return found?.value;
}
