import { request as httpRequest } from "node:http";

import { afterEach, describe, expect, it } from "vitest";

import { serveSandbox, type ServeOptions } from "../../../sandbox/src/serve.js";
import type { SandboxOptions } from "../../../sandbox/src/create-sandbox.js";
import { networkOf } from "../../../sandbox/src/auth/network.js";
import { takesGzip } from "../../../sandbox/src/http/compression.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** An answer as it came over the wire. */
interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Place {
  readonly sandbox: TestSandbox;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Raw>;
}

async function serve(options: ServeOptions = {}, more: SandboxOptions = {}): Promise<Place> {
  const sandbox = await startSandbox(more);
  closing.push(() => sandbox.close());
  const server = await serveSandbox(sandbox, { port: 0, ...options });
  closing.push(() => server.close());
  return {
    sandbox,
    get: (path, headers = {}) =>
      new Promise((resolve, reject) => {
        const outgoing = httpRequest(`${server.url}${path}`, { headers, agent: false }, async (incoming) => {
          const chunks: Buffer[] = [];
          for await (const chunk of incoming) chunks.push(chunk as Buffer);
          const plain = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(plain),
            body: Buffer.concat(chunks),
          });
        });
        outgoing.once("error", reject);
        outgoing.end();
      }),
  };
}

const METADATA = "/.well-known/oauth-authorization-server";
const FORWARDED = { "x-forwarded-proto": "https", "x-forwarded-host": "api.example.com" };

async function issuerAt({ get }: Place, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return JSON.parse((await get(METADATA, headers)).body.toString()).issuer;
}

describe("behind a proxy", () => {
  it("is known by its public address, whatever name it was asked by", async () => {
    const place = await serve({ publicUrl: "https://api.example.com" });
    expect(await issuerAt(place)).toBe("https://api.example.com");
    expect(await issuerAt(place, { host: "api.example.com" })).toBe("https://api.example.com");
    expect((await place.get(METADATA, { host: "elsewhere.example" })).status).toBe(421);
  });

  it("makes the next page's address of the public one", async () => {
    const place = await serve({ publicUrl: "https://api.example.com" });
    for (const title of ["One", "Two"])
      await place.sandbox.call("POST", "/workspaces/current/tasks", { body: { title } });
    const headers = { authorization: `Bearer ${place.sandbox.secrets.owner}` };
    const { headers: told } = await place.get("/api/v1/workspaces/current/tasks?limit=1", headers);
    expect(told["link"]).toMatch(/^<https:\/\/api\.example\.com\/api\/v1\//);
  });

  it("believes a trusted proxy, and nobody else", async () => {
    const trusting = await serve({ trustProxy: ["loopback"] });
    expect(await issuerAt(trusting, FORWARDED)).toBe("https://api.example.com");
    const plain = await serve();
    expect(await issuerAt(plain, FORWARDED)).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });

  it("keeps the status page from those whom a proxy lets in", async () => {
    const place = await serve({ trustProxy: ["loopback"] });
    expect((await place.get("/_sandbox")).status).toBe(200);
    expect((await place.get("/_sandbox", { "x-forwarded-for": "203.0.113.9" })).status).toBe(404);
  });
});

describe("requests without a good credential", () => {
  const BAD = { authorization: "Bearer wsk_live_no-such-key" };
  const ME = "/api/v1/me";
  const from = (address: string): Record<string, string> => ({ "x-forwarded-for": address });

  async function limited(): Promise<Place> {
    return serve({ trustProxy: ["loopback"] }, { rateLimits: true, addressLimit: 3 });
  }

  it("are limited by address, with the wait in message and header", async () => {
    const { get } = await limited();
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1)
      statuses.push((await get(ME, { ...BAD, ...from("203.0.113.9") })).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    const refused = await get(ME, { ...BAD, ...from("203.0.113.9") });
    const seconds = refused.headers["retry-after"];
    expect(JSON.parse(refused.body.toString()).message).toContain(`Retry in ${seconds} seconds.`);
    expect((await get(ME, { ...BAD, ...from("203.0.113.10") })).status).toBe(401);
  });

  it("do not shut out a credential that was good at the same address", async () => {
    const { get, sandbox } = await limited();
    const good = { authorization: `Bearer ${sandbox.secrets.key}`, ...from("203.0.113.9") };
    expect((await get(ME, good)).status).toBe(200);
    for (let count = 0; count < 4; count += 1) await get(ME, { ...BAD, ...from("203.0.113.9") });
    expect((await get(ME, good)).status).toBe(200);
  });

  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ])("are counted for %s under %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe("compression", () => {
  const headers = (sandbox: TestSandbox): Record<string, string> => ({
    authorization: `Bearer ${sandbox.secrets.owner}`,
  });

  async function longTask(sandbox: TestSandbox): Promise<string> {
    const body = { title: "Long", description: "The same words again. ".repeat(200) };
    const response = await sandbox.call("POST", "/workspaces/current/tasks", { body });
    return `/api/v1/workspaces/current/tasks/${(await response.json()).taskId}`;
  }

  it("saves most of a long body, for those who take it", async () => {
    const { get, sandbox } = await serve();
    const path = await longTask(sandbox);
    const plain = await get(path, headers(sandbox));
    const packed = await get(path, { ...headers(sandbox), "accept-encoding": "br, gzip;q=0.5" });
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(packed.headers["content-encoding"]).toBe("gzip");
    for (const answer of [plain, packed]) expect(answer.headers["vary"]).toContain("Accept-Encoding");
    expect(packed.body.byteLength).toBeLessThan(plain.body.byteLength / 4);
  });

  it("gives the compressed body an ETag of its own, which both preconditions take", async () => {
    const { get, sandbox } = await serve();
    const path = await longTask(sandbox);
    const { headers: plain } = await get(path, headers(sandbox));
    const gzip = { ...headers(sandbox), "accept-encoding": "gzip" };
    const { headers: packed } = await get(path, gzip);
    expect(packed["etag"]).not.toBe(plain["etag"]);
    for (const etag of [plain["etag"] ?? "", packed["etag"] ?? ""])
      expect((await get(path, { ...gzip, "if-none-match": etag })).status).toBe(304);
    const change = { body: { topic: "etag" }, headers: { "if-match": packed["etag"] ?? "" } };
    const below = path.slice("/api/v1".length);
    expect((await sandbox.call("PATCH", below, change)).status).toBe(200);
    expect((await sandbox.call("PATCH", below, change)).status).toBe(412);
  });

  it("leaves short bodies as they are, and all of them where it is switched off", async () => {
    const { get, sandbox } = await serve();
    const gzip = { "accept-encoding": "gzip" };
    const short = await get("/api/v1/me", { ...headers(sandbox), ...gzip });
    expect(short.headers["content-encoding"]).toBeUndefined();
    const off = await serve({ compression: false });
    const path = await longTask(off.sandbox);
    const long = await off.get(path, { ...headers(off.sandbox), ...gzip });
    expect(long.headers["content-encoding"]).toBeUndefined();
  });

  it.each([
    ["gzip", true],
    ["deflate, gzip;q=1.0, *;q=0.5", true],
    ["*", true],
    ["gzip;q=0", false],
    ["identity, *;q=0", false],
    ["br", false],
    ["", false],
  ])("reads Accept-Encoding: %s", (accepted, takes) => {
    expect(takesGzip(accepted)).toBe(takes);
  });
});
