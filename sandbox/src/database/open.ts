import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { Pool } from "pg";

import { EmbeddedPostgres } from "./embedded.js";
import type { Db } from "./db.js";
import { readerOf, type Left } from "./leaving.js";
import { migrateEmbedded, migrateServer } from "./migrate.js";
import { repeated } from "./repeated.js";
import * as schema from "./schema.js";
import { readSnapshot } from "./snapshot.js";

export type { Db } from "./db.js";

export interface Database {
  readonly db: Db;
  /**
   * `embedded` has one connection: while a transaction is open, queries outside it wait for its end. So code inside a
   * transaction must use nothing but the transaction.
   */
  readonly kind: "embedded" | "server";
  /**
   * Runs something in one transaction, which is undone when it throws. It is run again when it ends in a deadlock, so
   * that it must have no effects but through the transaction.
   */
  transaction<Result>(run: (tx: Db) => Promise<Result>): Promise<Result>;
  /** For reading on behalf of somebody who may leave: their queries end with them. The same database where none can. */
  readonly reader: (left: Left) => Db;
  /** The most connections to a server; what is embedded has one, and takes turns quickly. */
  readonly connections: number;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** The address of a PostgreSQL server, as in `postgres://user:password@host/database`. */
  readonly url?: string;
  /** A folder for the embedded database; without it, it lives in memory. */
  readonly dataDir?: string;
  /** Where to look for a snapshot that the embedded database can begin with. */
  readonly snapshots?: string;
  /** The most connections to a server. */
  readonly connections?: number;
  /**
   * How long a query waits for a connection before it fails, in milliseconds; 10 seconds unless told. The server ends a
   * transaction that stands still three times as long, so that an instance that froze lets go of what it locked.
   */
  readonly patienceMs?: number;
  /** How long a server works on one statement before it gives up, in milliseconds; 10 seconds unless told. */
  readonly statementMs?: number;
  /** Told the text of each query, which has no values in it. */
  readonly onQuery?: (text: string) => void;
}

const CONNECTIONS = 20;

/** What sandboxes call themselves in the server's list of connections. */
export const APPLICATION_NAME = "workspace-sandbox";

/** Opens a database and brings it up to date: a server's by `url`, otherwise an embedded one. */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  return options.url === undefined ? openEmbedded(options) : openServer(options.url, options);
}

async function openEmbedded({ dataDir, snapshots, onQuery }: DatabaseOptions): Promise<Database> {
  if (dataDir !== undefined) await beginFolder(dataDir);
  const isNew = dataDir === undefined || !existsSync(join(dataDir, "PG_VERSION"));
  const snapshot = isNew ? await readSnapshot(snapshots) : undefined;
  const client = new EmbeddedPostgres({
    ...(dataDir !== undefined && { dataDir }),
    ...(snapshot !== undefined && { loadDataDir: snapshot }),
  });
  await client.waitReady;
  await migrateEmbedded(client);
  if (dataDir !== undefined) await rm(unfinishedMark(dataDir), { force: true });
  const db = drizzlePglite({ client, ...configOf(onQuery) });
  return {
    kind: "embedded",
    reader: () => db,
    connections: CONNECTIONS,
    ...surfaceOf(db),
    close: () => client.close(),
  };
}

/** Stands beside a database while its files are being set up. */
function unfinishedMark(dataDir: string): string {
  return `${dataDir}.unfinished`;
}

/** Makes the folder of a database. One whose setting up was cut off holds nothing yet, and is begun anew. */
async function beginFolder(dataDir: string): Promise<void> {
  const mark = unfinishedMark(dataDir);
  if (existsSync(mark)) await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });
  if (!existsSync(join(dataDir, "PG_VERSION"))) await writeFile(mark, "");
}

async function openServer(url: string, options: DatabaseOptions): Promise<Database> {
  const { connections = CONNECTIONS, patienceMs = 10_000, statementMs = 10_000, onQuery } = options;
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: patienceMs,
    idle_in_transaction_session_timeout: 3 * patienceMs,
    statement_timeout: statementMs,
    // To compile a query takes longer than to run any of ours.
    options: "-c jit=off",
    application_name: APPLICATION_NAME,
  });
  // A lost connection is replaced by the pool; the query that needs one tells of lasting trouble.
  pool.on("error", () => {});
  // The pool listens while one is idle; one that is lost in the middle of a transaction would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  await migrateServer(pool);
  const db = drizzle({ client: pool, ...configOf(onQuery) });
  return {
    kind: "server",
    reader: readerOf(pool, onQuery),
    connections,
    ...surfaceOf(db),
    close: () => pool.end(),
  };
}

function configOf(onQuery: DatabaseOptions["onQuery"]) {
  return { schema, casing: "snake_case", logger: onQuery !== undefined && { logQuery: onQuery } } as const;
}

function surfaceOf(db: Db): Pick<Database, "db" | "transaction" | "ping"> {
  return {
    db,
    transaction: (run) => repeated(() => db.transaction(run)),
    async ping() {
      await db.execute(sql`select 1`);
    },
  };
}
