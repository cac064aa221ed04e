import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";

import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openDataFolder } from "../../../sandbox/src/command/data-folder.js";
import { readEnvironment } from "../../../sandbox/src/command/environment.js";
import { noRedis, RedisServer } from "../../support/redis-server.js";
import { runSandbox, textOf } from "../../support/sandbox-process.js";
import { scratchFolder } from "../../support/scratch.js";

/** What a sandbox says that does not start. It must end by itself. */
async function refusal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const child = runSandbox(["--port", "0", ...args], env);
  const exit = once(child, "exit");
  const [said] = await Promise.all([textOf(child.stderr), textOf(child.stdout)]);
  expect(await exit).toEqual([1, null]);
  expect(said).not.toMatch(/^\s+at /m);
  return said.trim();
}

describe("what cannot be used is refused with a remedy", () => {
  it.each<[string, string[], Record<string, string>, RegExp]>([
    ["an unknown option", ["--nope"], {}, /unknown option '--nope'[^]*--help/],
    ["a port that is no number", ["--port", "x"], {}, /from 0 to 65535/],
    ["a port too high", ["--port", "65536"], {}, /from 0 to 65535/],
    ["a clock that stands", ["--clock", "0"], {}, /above 0, such as 60/],
    ["a clock that runs away", ["--clock", "1e308"], {}, /at most 1000000/],
    ["a host elsewhere", ["--host", "192.0.2.1"], {}, /port 0 of 192\.0\.2\.1.*EADDRNOTAVAIL.*--host/],
    [
      "a host that nobody knows",
      ["--host", "nowhere.invalid"],
      {},
      /of nowhere\.invalid: getaddrinfo (?!.*--port).*--host/,
    ],
    [
      "a database on a host that nobody knows",
      [],
      { DATABASE_URL: "postgres://u:hidden@nowhere.invalid/x" },
      /^The database at postgres:\/\/nowhere\.invalid\/x cannot be used: getaddrinfo (?!.*--port).*DATABASE_URL/,
    ],
    ["a public address with a path", ["--public-url", "https://x.example/y"], {}, /no path/],
    ["a proxy that is no address", ["--trust-proxy", "10.0.0.0/8,near"], {}, /`near` is no address/],
    ["a limit of no window", [], { SANDBOX_RATE_LIMITS: "hourly=5" }, /burst=1000/],
    ["a pool without connections", ["--db-connections", "0"], {}, /from 1/],
    ["telemetry without its package", ["--telemetry"], {}, /^Telemetry cannot be sent.*npm install @opentel/],
    ["an empty folder name", ["--data", ""], {}, /^--data is empty/],
    ["a folder that is a file", ["--data", "package.json"], {}, /^package\.json cannot be used.*--data/],
    [
      "a database out of reach",
      [],
      { DATABASE_URL: "postgres://u:hidden@localhost:1/x" },
      /^The database at postgres:\/\/localhost:1\/x cannot be used: connect ECONNREFUSED.*DATABASE_URL/,
    ],
    [
      "Redis out of reach",
      [],
      { REDIS_URL: "redis://:hidden@localhost:1" },
      /^Redis at redis:\/\/localhost:1 cannot be used: connect ECONNREFUSED.*unset REDIS_URL/,
    ],
    [
      "a bucket out of reach",
      [],
      {
        S3_BUCKET: "b",
        S3_ENDPOINT: "http://localhost:2",
        AWS_ACCESS_KEY_ID: "k",
        AWS_SECRET_ACCESS_KEY: "hidden",
      },
      /^The bucket b at http:\/\/localhost:2 cannot be used: connect ECONNREFUSED/,
    ],
  ])("%s", async (_, args, env, message) => {
    const said = await refusal(args, env);
    expect(said).toMatch(message);
    expect(said).not.toContain("hidden");
  });

  it("a damaged database", async () => {
    const data = scratchFolder();
    const { database, release } = await openDataFolder(data, false);
    mkdirSync(database);
    writeFileSync(join(database, "PG_VERSION"), "99");
    await release();
    expect(await refusal(["--data", data])).toMatch(/database cannot be opened: .*--fresh/);
  });

  it.skipIf(noRedis !== undefined)("Redis that wants a password", async () => {
    const redis = await RedisServer.start();
    const client = new Redis(redis.url);
    await client.config("SET", "requirepass", "hidden");
    client.disconnect();
    expect(await refusal([], { REDIS_URL: redis.url })).toMatch(/^Redis at .* cannot be used: NOAUTH/);
  });
});

describe("the environment", () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ["a database of another kind", { DATABASE_URL: "mysql://u:hidden@h/x" }, /^DATABASE_URL is not.*unset/],
    ["Redis that is none", { REDIS_URL: "http://hidden" }, /^REDIS_URL is not an address such as redis:/],
    ["a bucket without keys", { S3_BUCKET: "b", AWS_ACCESS_KEY_ID: "" }, /AWS_ACCESS_KEY_ID/],
    ["an endpoint without a bucket", { S3_ENDPOINT: "http://localhost:1" }, /set S3_BUCKET too/],
    ["an endpoint that is none", { S3_ENDPOINT: "localhost:9000" }, /^S3_ENDPOINT is not an address/],
  ])("is refused with a remedy: %s", (_, variables, message) => {
    const read = (): unknown => readEnvironment(variables);
    expect(read).toThrow(message);
    expect(read).not.toThrow("hidden");
  });

  it("takes an empty variable for none", () => {
    expect(readEnvironment({ DATABASE_URL: "", REDIS_URL: "", S3_BUCKET: "", S3_ENDPOINT: "" })).toEqual({});
  });
});

describe("a port in use", () => {
  let taken: Server;
  let port: string;
  beforeAll(async () => {
    taken = createServer();
    await once(taken.listen(0, "127.0.0.1"), "listening");
    port = String((taken.address() as AddressInfo).port);
  });
  afterAll(() => void taken.close());

  it("is told before anything is removed", async () => {
    const data = scratchFolder();
    const { database, release } = await openDataFolder(data, false);
    mkdirSync(database);
    await release();
    expect(await refusal(["--port", port, "--data", data, "--fresh"])).toMatch(
      new RegExp(`^Cannot listen on port ${port} .*EADDRINUSE.*--port`),
    );
    expect(existsSync(database)).toBe(true);
  });
});
