import { afterAll, describe } from "vitest";

import { openDatabase, type Database } from "../../sandbox/src/database/open.js";
import { buildSnapshot } from "../../sandbox/src/database/snapshot.js";
import { postgresMissing, startPostgres, type PostgresServer } from "./postgres.js";

/** Where the tests keep a snapshot of an empty database, which the first of them makes. */
export const snapshots = "test/.out/sandbox";

/** Opens an empty embedded database in memory, fast. */
export async function openEmbedded(): Promise<Database> {
  await buildSnapshot(snapshots, false);
  return openDatabase({ snapshots });
}

/** Runs the same tests on an embedded database and on a PostgreSQL server; `open` gives a fresh database each time. */
export function describeDatabases(name: string, tests: (open: () => Promise<Database>) => void): void {
  describe(`${name}, embedded`, () => {
    tests(openEmbedded);
  });
  const title = postgresMissing === undefined ? "" : ` (skipped: ${postgresMissing})`;
  describe.skipIf(postgresMissing !== undefined)(`${name}, PostgreSQL${title}`, () => {
    let server: Promise<PostgresServer> | undefined;
    afterAll(async () => (await server)?.stop());
    tests(async () => {
      server ??= startPostgres();
      return openDatabase({ url: await (await server).createDatabase() });
    });
  });
}
