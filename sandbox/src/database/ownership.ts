import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { Client } from "pg";

import { migrationsFolder } from "./migrate.js";
import { APPLICATION_NAME, type Db } from "./open.js";
import { rowsOf } from "./rows.js";

/** What a server's database holds. */
interface Holdings {
  /** Whether a sandbox has set it up. */
  readonly isOurs: boolean;
  /** The tables and views in it that no sandbox made. */
  readonly foreign: readonly string[];
  /** How many connections of sandboxes it has. */
  readonly sandboxes: number;
}

/** Where the query builder notes which migrations a database has had; another program may do so there too. */
const JOURNAL = "drizzle.__drizzle_migrations";

/** Looks into a server's database, and changes nothing. */
export function holdingsOf(url: string): Promise<Holdings> {
  return connected(url, async (client) => {
    const read = async (text: string, ...values: string[]): Promise<string[]> => {
      const { rows } = await client.query<{ value: string | null }>(text, values);
      return rows.flatMap(({ value }) => value ?? []);
    };
    const names = await read(
      "select relname as value from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm', 'f', 'p') order by 1",
    );
    const hasJournal = (await read("select to_regclass($1)::text as value", JOURNAL)).length > 0;
    const journal = hasJournal ? await read(`select hash as value from ${JOURNAL} order by id`) : [];
    const sandboxes = await read(
      "select count(*) as value from pg_stat_activity where datname = current_database() and application_name = $1",
      APPLICATION_NAME,
    );
    const isOurs = journal.length > 0 && journal[0] === knownMigrations()[0];
    const foreign = names.filter((name) => !isOurs || !ourTables().includes(name));
    const isAnothersJournal = journal.length > 0 && !isOurs;
    return {
      isOurs,
      foreign: isAnothersJournal ? [...foreign, JOURNAL] : foreign,
      sandboxes: Number(sandboxes[0]),
    };
  });
}

/** Removes what a sandbox made in a server's database, and nothing else. */
export function emptyServer(url: string): Promise<void> {
  return connected(url, async (client) => {
    const tables = ourTables().map((name) => `public."${name}"`);
    await client.query(`drop table if exists ${[...tables, JOURNAL].join(", ")}`);
  });
}

/** Whether a database has had migrations that this version does not know: a newer one was here. */
export async function isNewer(db: Db): Promise<boolean> {
  const known = knownMigrations();
  const rows = await rowsOf<{ hash: string }>(db, sql.raw(`select hash from ${JOURNAL}`));
  return rows.some(({ hash }) => !known.includes(hash));
}

function knownMigrations(): string[] {
  return readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash);
}

/** Every table that a migration ever made, also where a later one removed it. */
function ourTables(): string[] {
  const statements = readMigrationFiles({ migrationsFolder }).flatMap((migration) => migration.sql);
  return statements.flatMap((text) => /^\s*create table "(\w+)"/i.exec(text)?.[1] ?? []);
}

async function connected<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
