import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";

import { migrationsHash } from "../../sandbox/src/database/migrate.js";
import { openDatabase } from "../../sandbox/src/database/open.js";

/** Why there is no PostgreSQL to test with, or undefined when there is one. */
export const postgresMissing: string | undefined =
  binaries() === undefined
    ? "PostgreSQL is not installed; get it by `apt-get install postgresql`"
    : undefined;

export interface PostgresServer {
  /** Makes a fresh database with all tables, and tells its address. */
  createDatabase(): Promise<string>;
  /** Stops the server, does something, and starts it again. */
  interrupt(during: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const TEMPLATE = "sandbox_template";

/** Starts a PostgreSQL server of its own, on a free port, from a cluster that the first caller prepared. */
export async function startPostgres(): Promise<PostgresServer> {
  const prepared = join(tmpdir(), `sandbox-postgres-${migrationsHash()}`);
  if (!existsSync(prepared)) await prepare(prepared);
  const folder = mkdtempSync(join(tmpdir(), "sandbox-postgres-run-"));
  const data = join(folder, "data");
  cpSync(prepared, data, { recursive: true });
  giveAway(folder);
  let server = await serve(data);
  let count = 0;
  return {
    async createDatabase() {
      const name = `test_${(count += 1)}`;
      await query(server.url("postgres"), `create database ${name} template ${TEMPLATE}`);
      return server.url(name);
    },
    async interrupt(during) {
      const { port } = server;
      await server.stop();
      await during();
      server = await serve(data, port);
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function prepare(target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-postgres-new-"));
  giveAway(folder);
  const data = join(folder, "data");
  const args = [
    "--pgdata",
    data,
    "--username",
    "postgres",
    "--auth",
    "trust",
    "--no-sync",
    "--encoding",
    "UTF8",
  ];
  execFileSync(pathOf("initdb"), args, {
    stdio: ["ignore", "ignore", "pipe"],
    cwd: folder,
    ...postgresUser(),
  });
  const server = await serve(data);
  await query(server.url("postgres"), `create database ${TEMPLATE}`);
  const database = await openDatabase({ url: server.url(TEMPLATE) });
  await database.close();
  await server.stop();
  try {
    renameSync(data, target);
  } catch {
    // Another test file was faster.
  }
  rmSync(folder, { recursive: true, force: true });
}

async function serve(
  data: string,
  samePort?: number,
): Promise<{ port: number; url: (database: string) => string; stop: () => Promise<void> }> {
  const port = samePort ?? (await freePort());
  const settings = ["fsync=off", "listen_addresses=127.0.0.1", "max_connections=200"];
  const args = [
    "-D",
    data,
    "-p",
    String(port),
    "-k",
    data,
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  const child = spawn(pathOf("postgres"), args, { stdio: "ignore", cwd: data, ...postgresUser() });
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = (): void => void child.kill("SIGINT");
  process.once("exit", kill);
  const url = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  await untilReady(url("postgres"));
  return {
    port,
    url,
    async stop() {
      process.off("exit", kill);
      kill();
      await exit;
    },
  };
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      return await query(url, "select 1");
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function binaries(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  const folders = readdirSync(root).map((version) => join(root, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}

/** PostgreSQL refuses to run as root; then it runs as the user that its package made. */
function postgresUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (kind: string): number => Number(execFileSync("id", [kind, "postgres"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

function pathOf(program: string): string {
  return join(binaries() ?? "", program);
}

/** Makes a folder and what is in it the property of the user that PostgreSQL runs as. */
function giveAway(folder: string): void {
  if (process.getuid?.() === 0) execFileSync("chown", ["-R", "postgres", folder]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
