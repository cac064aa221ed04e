import { contract } from "@workspace-api/server";
import { InvalidArgumentError, Option, type Command } from "commander";
import ipaddr from "ipaddr.js";

/** How the command was called. */
export interface Flags {
  readonly port: number;
  readonly host: string;
  readonly data?: string;
  readonly fresh: boolean;
  readonly seed: number;
  readonly clock: number;
  readonly strictWebhooks: boolean;
  readonly json: boolean;
  readonly publicUrl?: string;
  readonly trustProxy?: readonly string[];
  readonly compression?: boolean;
  /** False switches all limits off; otherwise the limits of windows that differ from the contract's. */
  readonly rateLimits: boolean | Readonly<Record<string, number>>;
  readonly addressLimit?: number;
  readonly maxBody?: number;
  readonly dbConnections?: number;
  readonly dbTimeout?: number;
  readonly telemetry?: boolean;
}

const MOST_PORT = 65_535;
/** Eleven days in a second; beyond this, years soon have more than four digits. */
const MOST_FACTOR = 1_000_000;
const NETWORKS = ["loopback", "linklocal", "uniquelocal"];

/** Gives the command its options. Those for deployments can be set by the environment too. */
export function addOptions(program: Command): Command {
  program
    .option("--port <port>", "the port to listen on; 0 takes any free one", portNumber, 4010)
    .option("--host <host>", "the address to listen on", "127.0.0.1")
    .option("--data <folder>", "keep the data in a folder; without it, it is gone when the sandbox stops")
    .option("--fresh", "remove what a sandbox left in the folder or in DATABASE_URL, and begin anew", false)
    .option("--seed <number>", "the same number gives the same data and the same key", wholeNumber, 1)
    .option("--clock <factor>", "how many times faster time passes", factor, 1)
    .option(
      "--strict-webhooks",
      "refuse webhook addresses that are not public HTTPS, as production does",
      false,
    )
    .option("--json", "print one JSON line when ready", false);
  for (const option of deploymentOptions()) program.addOption(option);
  return program;
}

function deploymentOptions(): Option[] {
  const windows = (contract.rateLimits?.windows ?? []).map(({ name, limit }) => `${name}=${limit}`).join(",");
  return [
    new Option("--public-url <url>", "the address that others know it by, such as https://api.example.com")
      .argParser(publicUrl)
      .env("SANDBOX_PUBLIC_URL"),
    new Option(
      "--trust-proxy <networks>",
      `believe the X-Forwarded headers of these: addresses, ranges, ${NETWORKS.join(", ")}; separated by commas`,
    )
      .argParser(networks)
      .env("SANDBOX_TRUST_PROXY"),
    new Option("--no-compression", "send all answers as they are").env("SANDBOX_NO_COMPRESSION"),
    new Option("--rate-limits <limits>", `other limits for the windows: ${windows}`)
      .argParser(limits)
      .env("SANDBOX_RATE_LIMITS"),
    new Option("--no-rate-limits", "refuse nobody for calling too often").env("SANDBOX_NO_RATE_LIMITS"),
    new Option(
      "--address-limit <number>",
      "requests in a minute from one address without a valid credential; 0 lets all through",
    )
      .argParser(wholeNumber)
      .env("SANDBOX_ADDRESS_LIMIT"),
    new Option("--max-body <bytes>", "the largest body that is taken; 1048576 unless told")
      .argParser(positive)
      .env("SANDBOX_MAX_BODY"),
    new Option("--db-connections <number>", "the most connections to DATABASE_URL; 20 unless told")
      .argParser(positive)
      .env("SANDBOX_DB_CONNECTIONS"),
    new Option("--db-timeout <ms>", "how long a statement may take in DATABASE_URL; 10000 unless told")
      .argParser(positive)
      .env("SANDBOX_DB_TIMEOUT"),
    new Option("--telemetry", "send traces and metrics by OpenTelemetry, as OTEL_* variables say").env(
      "SANDBOX_TELEMETRY",
    ),
  ];
}

function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
  if (!isOrigin)
    throw new InvalidArgumentError("Give a scheme and a host, such as https://api.example.com; no path.");
  return url.origin;
}

function networks(text: string): string[] {
  const list = text.split(",").map((part) => part.trim());
  const wrong = list.find((part) => !NETWORKS.includes(part) && !ipaddr.isValid(part) && !isRange(part));
  if (wrong !== undefined)
    throw new InvalidArgumentError(
      `\`${wrong}\` is no address, no range such as 10.0.0.0/8, and no known name.`,
    );
  return list;
}

function isRange(text: string): boolean {
  return ipaddr.IPv4.isValidCIDR(text) || ipaddr.IPv6.isValidCIDR(text);
}

function limits(text: string): Record<string, number> {
  const known = (contract.rateLimits?.windows ?? []).map(({ name }) => name);
  const entries = text.split(",").map((part): [string, number] => {
    const [name = "", value = ""] = part.trim().split("=");
    if (!known.includes(name) || !/^[1-9]\d{0,8}$/.test(value))
      throw new InvalidArgumentError(`Give limits such as ${known.map((each) => `${each}=1000`).join(",")}.`);
    return [name, Number(value)];
  });
  return Object.fromEntries(entries);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number below 1,000,000,000.");
  return Number(text);
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError("Give a whole number from 1 to 999,999,999.");
  return Number(text);
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= MOST_PORT)) throw new InvalidArgumentError(`Give a whole number from 0 to ${MOST_PORT}.`);
  return port;
}

function factor(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= MOST_FACTOR)) {
    throw new InvalidArgumentError(`Give a number above 0, such as 60, and at most ${MOST_FACTOR}.`);
  }
  return number;
}
