import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

import type { PGlite } from "@electric-sql/pglite";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import type { Pool } from "pg";

export const migrationsFolder = fileURLToPath(new URL("../../migrations", import.meta.url));

/** Any number that no other program is likely to lock on the same server. */
const MIGRATION_LOCK = 4_010_001;

/** Brings an embedded database up to date. */
export async function migrateEmbedded(client: PGlite): Promise<void> {
  await migratePglite(drizzlePglite({ client }), { migrationsFolder });
}

/** Brings a server's database up to date. Instances that start together take turns. */
export async function migrateServer(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    // An index on a large table takes longer than any request may.
    await client.query("set statement_timeout = 0");
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await migrate(drizzle({ client }), { migrationsFolder });
  } finally {
    // The lock belongs to the connection, so it goes with it.
    client.release(true);
  }
}

/** Tells one set of migrations from another, to know when a snapshot is out of date. */
export function migrationsHash(): string {
  const hash = createHash("sha256");
  for (const migration of readMigrationFiles({ migrationsFolder })) hash.update(migration.hash);
  return hash.digest("hex").slice(0, 16);
}
