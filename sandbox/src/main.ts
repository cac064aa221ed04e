#!/usr/bin/env node
import { readFileSync } from "node:fs";

import { contract } from "@workspace-api/server";
import { Command } from "commander";

import { announcement, readyLine } from "./command/announce.js";
import { readEnvironment } from "./command/environment.js";
import { addOptions, type Flags } from "./command/options.js";
import { reasonOf, Refusal } from "./command/refusal.js";
import { start } from "./command/start.js";
import { createLog, factsOf, redact } from "./log.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const AFTER = `
Environment:
  DATABASE_URL  a PostgreSQL database of its own, such as postgres://user:password@localhost/sandbox
  REDIS_URL     counts rate limits in Redis, for many instances, such as redis://localhost:6379
  S3_BUCKET     keeps files in a bucket, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION
                and, for other stores than Amazon's, S3_ENDPOINT

Options of deployments have a variable each, which their lines name. OTEL_EXPORTER_OTLP_ENDPOINT and
the other variables of OpenTelemetry say where --telemetry sends to.

Faults, for one request each, by a header:
  X-Sandbox-Fault: 429;retry=3     refused, with Retry-After: 3; also 503;retry=3 and 500
  X-Sandbox-Fault: latency=2000    answered two seconds later
  X-Sandbox-Fault: drop            the connection ends without an answer
  X-Sandbox-Fault: drop;after      the same, but the request was carried out: a retry must not do it twice

Examples:
  workspace-sandbox --data ./sandbox-data     keep the data
  workspace-sandbox --clock 60                a minute in every second: limits, retries and expiry pass quickly
  workspace-sandbox --json 2>sandbox.log      one line of JSON when ready, for programs; the log is on stderr`;

const program = addOptions(new Command("workspace-sandbox"))
  .description(`${contract.title}, running on your own machine.`)
  .version(version, "--version", "tell the version")
  .helpOption("-h, --help", "tell all this")
  .addHelpText("after", AFTER)
  .showHelpAfterError("`workspace-sandbox --help` tells the options.")
  .action(run);

async function run(flags: Flags): Promise<void> {
  const log = createLog(
    (line) => process.stderr.write(`${line}\n`),
    () => new Date(),
  );
  const running = await start(flags, readEnvironment(process.env), log);
  const fail = (error: unknown): void => {
    log.error("the sandbox ends by a fault of its own", factsOf(error));
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  let isStopping = false;
  const stop = (signal: string): void => {
    // Whoever asks twice is in a hurry.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info("stopping", { signal });
    running.stop().catch(fail);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => stop(signal));
  // The last thing, since whoever reads it may end the sandbox at once.
  console.log(flags.json ? readyLine(running) : announcement(running));
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(redact(error instanceof Refusal ? error.message : reasonOf(error)));
  // What has been opened already, such as a connection to Redis, would keep the process alive.
  process.exit(1);
}
