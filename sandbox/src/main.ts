#!/usr/bin/env node
import { contract } from "@workspace-api/server";
import { Command, InvalidArgumentError } from "commander";

import { createSandbox } from "./create-sandbox.js";
import { openDataFolder } from "./data-folder.js";
import { emptyServer, openDatabase } from "./database/open.js";
import { s3OptionsOf } from "./files/s3-store.js";
import { keepClock } from "./kept-clock.js";
import { createLog, redact } from "./log.js";
import { seedSandbox, type Seeded } from "./seed/index.js";
import { serveSandbox } from "./serve.js";

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly data?: string;
  readonly fresh: boolean;
  readonly seed: number;
  readonly clock: number;
  readonly strictWebhooks: boolean;
  readonly json: boolean;
}

const program = new Command("workspace-sandbox")
  .description(`${contract.title}, running on your own machine.`)
  .option("--port <port>", "the port to listen on; 0 takes any free one", wholeNumber, 4010)
  .option("--host <host>", "the address to listen on", "127.0.0.1")
  .option("--data <folder>", "keep the data in a folder; without it, it is gone when the sandbox stops")
  .option("--fresh", "remove what the folder or the database of DATABASE_URL holds, and begin anew", false)
  .option("--seed <number>", "the same number gives the same data and the same key", wholeNumber, 1)
  .option("--clock <factor>", "how many times faster time passes", positive, 1)
  .option(
    "--strict-webhooks",
    "refuse webhook addresses that are not public HTTPS, as production does",
    false,
  )
  .option("--json", "print one JSON line when ready", false)
  .addHelpText(
    "after",
    "\nEnvironment: DATABASE_URL uses a PostgreSQL server; REDIS_URL counts rate limits in Redis, for many instances; " +
      "S3_BUCKET, S3_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY keep files in a bucket.",
  )
  .action(run);

async function run(flags: Flags): Promise<void> {
  const log = createLog(
    (line) => process.stderr.write(`${line}\n`),
    () => new Date(),
  );
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env;
  const s3 = s3OptionsOf(process.env);
  const folder = flags.data === undefined ? undefined : await openDataFolder(flags.data, flags.fresh);
  if (flags.fresh && databaseUrl !== undefined) await emptyServer(databaseUrl);
  const database = await openDatabase({
    ...(databaseUrl !== undefined && { url: databaseUrl }),
    ...(folder !== undefined && { dataDir: folder.database }),
  });
  const { clock, stop: stopClock } = await keepClock(database, flags.clock);
  const sandbox = await createSandbox({
    clock,
    log,
    database,
    ...(redisUrl !== undefined && { redisUrl }),
    ...(folder !== undefined && { filesDir: folder.files }),
    ...(s3 !== undefined && { s3 }),
    allowLocalWebhooks: !flags.strictWebhooks,
  });
  const seeded = await seedSandbox(database, {
    seed: flags.seed,
    clock,
    files: sandbox.files,
  });
  const server = await serveSandbox(sandbox, flags);
  announce(server.url, seeded, flags.json);

  let isStopping = false;
  const stop = async (signal: string): Promise<void> => {
    // Whoever asks twice is in a hurry.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info("stopping", { signal });
    await server.close();
    await sandbox.close();
    await stopClock();
    await database.close();
    await folder?.release();
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void stop(signal));
}

function announce(url: string, { apiKey, ...seeded }: Seeded, asJson: boolean): void {
  const baseUrl = url + contract.basePath;
  if (asJson) {
    console.log(JSON.stringify({ ready: true, url, baseUrl, apiKey, ...seeded }));
    return;
  }
  console.log(
    [
      `The sandbox is ready at ${url}`,
      "",
      `  Docs      ${url}/`,
      `  API       ${baseUrl}`,
      `  API key   ${apiKey}`,
      `  OAuth     client_id=${seeded.oauth.clientId} (public, PKCE); callbacks: ${seeded.oauth.redirectUris.join(", ")}, any port`,
      `  Status    ${url}/_sandbox`,
      "",
      "Try it in another terminal:",
      `  export WORKSPACE_BASE_URL=${baseUrl}`,
      `  export WORKSPACE_API_KEY=${apiKey}`,
      '  curl "$WORKSPACE_BASE_URL/me" -H "Authorization: Bearer $WORKSPACE_API_KEY"',
    ].join("\n"),
  );
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number.");
  return Number(text);
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number)))
    throw new InvalidArgumentError("Give a number above 0, such as 60.");
  return number;
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(redact(error instanceof Error ? error.message : String(error)));
  // What has been opened already, such as a connection to Redis, would keep the process alive.
  process.exit(1);
}
