import { createServer } from "node:net";

import { Redis } from "ioredis";

import { createSandbox, type SandboxOptions } from "../create-sandbox.js";
import type { DocsCredentials } from "../http/page-routes.js";
import { openDatabase, type Database } from "../database/open.js";
import { emptyServer, holdingsOf, isNewer } from "../database/ownership.js";
import { keepClock } from "../kept-clock.js";
import type { Log } from "../log.js";
import { seedSandbox } from "../seed/index.js";
import { serveSandbox } from "../serve.js";
import type { Started } from "./announce.js";
import { openDataFolder, type DataFolder } from "./data-folder.js";
import { placeOf, type Environment } from "./environment.js";
import type { Flags } from "./options.js";
import { explained, reasonOf, Refusal } from "./refusal.js";

export interface Running extends Started {
  /** Ends it in order: answers what is under way first. */
  stop(): Promise<void>;
}

/** Starts a sandbox. What can be refused is refused before anything is changed. */
export async function start(flags: Flags, environment: Environment, log: Log): Promise<Running> {
  const { databaseUrl, redisUrl, s3 } = environment;
  await listening(flags, () => probe(flags));
  if (flags.telemetry === true) await registerTelemetry();
  if (redisUrl !== undefined) await checkRedis(redisUrl);
  if (databaseUrl !== undefined) await prepareServer(databaseUrl, flags.fresh);
  const folder = flags.data === undefined ? undefined : await openDataFolder(flags.data, flags.fresh);
  const database = await openChecked(databaseUrl, folder, flags);
  const { clock, stop: stopClock } = await keepClock(database, flags.clock);
  let credentials: DocsCredentials | undefined;
  const sandbox = await createSandbox({
    clock,
    log,
    database,
    ...(redisUrl !== undefined && { redisUrl }),
    ...(folder !== undefined && { filesDir: folder.files }),
    ...(s3 !== undefined && { s3 }),
    allowLocalWebhooks: !flags.strictWebhooks,
    ...apiOptionsOf(flags),
    docsCredentials: () => credentials,
  });
  const seeded = await explained(
    s3 === undefined
      ? "The data cannot be filled in"
      : `The bucket ${s3.bucket} at ${s3.endpoint} cannot be used`,
    s3 === undefined ? "Begin anew with --fresh." : "Check S3_BUCKET, S3_ENDPOINT, AWS_REGION and the keys.",
    () => seedSandbox(database, { seed: flags.seed, clock, files: sandbox.files }),
  );
  credentials = { apiKey: seeded.apiKey, accessToken: seeded.accessToken };
  const server = await listening(flags, () => serveSandbox(sandbox, flags));
  return {
    url: server.url,
    seeded,
    parts: partsOf(flags, environment),
    async stop() {
      await server.close();
      await sandbox.close();
      await stopClock();
      await database.close();
      await folder?.release();
    },
  };
}

function partsOf(
  { data, clock, rateLimits, publicUrl }: Flags,
  { databaseUrl, redisUrl, s3 }: Environment,
): Started["parts"] {
  const memory = "in memory, gone when it stops (--data DIR keeps them)";
  return [
    ["Data", databaseUrl === undefined ? (data ?? memory) : placeOf(databaseUrl)],
    ...(s3 === undefined ? [] : [["Files", `bucket ${s3.bucket} at ${placeOf(s3.endpoint)}`] as const]),
    ...(publicUrl === undefined ? [] : [["Public", publicUrl] as const]),
    ...limitsPart(redisUrl, rateLimits !== false),
    ...(clock === 1 ? [] : [["Clock", `${clock} times as fast as real time`] as const]),
  ];
}

function limitsPart(redisUrl: string | undefined, rateLimits: boolean): Started["parts"] {
  if (!rateLimits) return [["Limits", "off"]];
  return redisUrl === undefined ? [] : [["Limits", placeOf(redisUrl)]];
}

/** Takes a server's database, unless it is somebody else's. `fresh` removes what a sandbox left there. */
async function prepareServer(url: string, fresh: boolean): Promise<void> {
  const place = placeOf(url);
  await explained(`The database at ${place} cannot be used`, "Check DATABASE_URL, or unset it.", async () => {
    const { isOurs, foreign, sandboxes } = await holdingsOf(url);
    if (!isOurs && foreign.length > 0) {
      const some = foreign.slice(0, 3).join(", ") + (foreign.length > 3 ? " and more" : "");
      throw new Refusal(
        `${place} holds ${some}, which is not a sandbox's. Give DATABASE_URL a database of its own, or unset it.`,
      );
    }
    if (!fresh || !isOurs) return;
    if (sandboxes > 0)
      throw new Refusal(`A sandbox is using ${place}. Stop it before you begin anew with --fresh.`);
    await emptyServer(url);
  });
}

/** What the flags say of the API itself. */
function apiOptionsOf({ publicUrl, rateLimits, addressLimit, maxBody }: Flags): SandboxOptions {
  return {
    ...(publicUrl !== undefined && { publicUrl }),
    rateLimits: rateLimits !== false,
    ...(typeof rateLimits === "object" && { limits: rateLimits }),
    ...(addressLimit !== undefined && { addressLimit }),
    ...(maxBody !== undefined && { maxBodyBytes: maxBody }),
  };
}

async function openChecked(
  url: string | undefined,
  folder: DataFolder | undefined,
  { dbConnections, dbTimeout }: Flags,
): Promise<Database> {
  const place = url === undefined ? (folder?.database ?? "memory") : placeOf(url);
  const options = {
    ...(url !== undefined && { url }),
    ...(dbConnections !== undefined && { connections: dbConnections }),
    ...(dbTimeout !== undefined && { statementMs: dbTimeout }),
    ...(folder !== undefined && { dataDir: folder.database }),
  };
  const remedy = "They may be damaged. --fresh removes them and begins anew.";
  const database = await explained(`The data in ${place} cannot be opened`, remedy, () =>
    openDatabase(options),
  );
  if (!(await isNewer(database.db))) return database;
  await database.close();
  throw new Refusal(
    `The data in ${place} are of a newer version. Use that version, or remove them with --fresh.`,
  );
}

/** Sets OpenTelemetry up as its own variables say. It is no part of the package, since few need it. */
async function registerTelemetry(): Promise<void> {
  const name = "@opentelemetry/auto-instrumentations-node";
  const remedy = `Install it beside the sandbox: npm install ${name}`;
  await explained("Telemetry cannot be sent", remedy, () => import(`${name}/register`));
}

/** Redis may go away later: limits are then counted in memory. From the start, though, it is a mistake. */
async function checkRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5000,
    commandTimeout: 5000,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  // The event says why; the call only that the connection is closed.
  let reason: Error | undefined;
  redis.on("error", (error: Error) => (reason ??= error));
  const remedy = "Start Redis, or unset REDIS_URL to count limits in memory.";
  await explained(`Redis at ${placeOf(url)} cannot be used`, remedy, async () => {
    try {
      await redis.connect();
      await redis.ping();
    } catch (error) {
      throw reason ?? error;
    } finally {
      redis.disconnect();
    }
  });
}

/** Tries the address, so that nothing is touched where it is taken. */
async function probe({ port, host }: Flags): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

async function listening<Result>({ port, host }: Flags, part: () => Promise<Result>): Promise<Result> {
  try {
    return await part();
  } catch (error) {
    const what = `Cannot listen on port ${port} of ${host}`;
    throw new Refusal(`${what}: ${reasonOf(error)}. ${listenRemedy(error)}`, { cause: error });
  }
}

/** A name that nobody knows is not mended by another port. */
function listenRemedy(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return "Choose another with --port; 0 takes any free one.";
  if (code === "EACCES") return "Choose a port above 1023 with --port.";
  return "Choose an address of this machine with --host, such as 127.0.0.1.";
}
