import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { PGlite } from "@electric-sql/pglite";

import { migrateEmbedded, migrationsHash } from "./migrate.js";

/** The build leaves the snapshot here; the package carries it. */
const packagedSnapshots = fileURLToPath(new URL("../../dist/snapshot", import.meta.url));

function nameOf(compressed: boolean): string {
  return `database-${migrationsHash()}.tar${compressed ? ".gz" : ""}`;
}

/**
 * A migrated, empty database as a file, if a folder has one. To start an embedded database from it takes a fraction of
 * the time that it takes to set one up.
 */
export async function readSnapshot(folder = packagedSnapshots): Promise<Blob | undefined> {
  const path = [nameOf(false), nameOf(true)].map((name) => join(folder, name)).find(existsSync);
  return path === undefined ? undefined : new Blob([await readFile(path)]);
}

/** Makes the snapshot unless it is there, and removes those of other migrations. Uncompressed ones load faster. */
export async function buildSnapshot(folder = packagedSnapshots, compressed = true): Promise<void> {
  const name = nameOf(compressed);
  if (existsSync(join(folder, name))) return;
  await mkdir(folder, { recursive: true });
  const client = await PGlite.create();
  await migrateEmbedded(client);
  const snapshot = await client.dumpDataDir(compressed ? "gzip" : "none");
  await client.close();
  // Written beside and renamed, so that nobody ever reads half of it.
  const unfinished = join(folder, `.${process.pid}-${name}`);
  await writeFile(unfinished, Buffer.from(await snapshot.arrayBuffer()));
  await rename(unfinished, join(folder, name));
  const old = (await readdir(folder)).filter((file) => file.startsWith("database-") && file !== name);
  for (const file of old) await rm(join(folder, file), { force: true });
}
