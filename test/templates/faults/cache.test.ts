import { describe, expect, test, vi } from "vitest";

import { json as jsonBody } from "../../../templates/client/src/runtime/body.js";
import { cacheLayer } from "../../../templates/client/src/runtime/cache.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import { definition, failure, json, operation, serve, type TestServer } from "../../support/api-server.js";
import { eventually, until } from "../../support/until.js";

const FRESH_MS = 60_000;
const team = operation({ path: "/teams/{id}", cache: { layer: cacheLayer, freshMs: FRESH_MS, etag: true } });
const teams = operation({ path: "/teams", cache: { layer: cacheLayer, freshMs: FRESH_MS, etag: false } });
const members = operation({
  path: "/teams/{id}/members",
  cache: { layer: cacheLayer, freshMs: FRESH_MS, etag: false },
});
const update = operation({
  method: "PATCH",
  path: "/teams/{id}",
  body: { "application/json": jsonBody },
});
const a = { path: { id: "a" } };
const b = { path: { id: "b" } };

/** A server that counts its answers, and a client that keeps them; `outcomes` is what the cache tells. */
async function cached(options: ApiOptions = {}, answer?: Parameters<typeof serve>[0]) {
  const outcomes: string[] = [];
  let now = 0;
  const server: TestServer = await serve(
    answer ?? ((_request, response) => json(response, 200, { n: server.received.length })),
  );
  const clock = { now: () => now, after: () => () => {} };
  const onEvent: ApiOptions["onEvent"] = (event) => event.type === "cache" && outcomes.push(event.outcome);
  const api = createRuntime(definition, {
    baseUrl: server.url,
    maxRetries: 0,
    rateLimit: false,
    clock,
    onEvent,
    ...options,
  });
  return { api, server, outcomes, pass: (ms: number) => (now += ms) };
}

describe("an answer is kept", () => {
  test("until it is no longer fresh, to the millisecond", async () => {
    const { api, outcomes, pass } = await cached();
    await call(api, teams, {});
    pass(FRESH_MS - 1);
    await call(api, teams, {});
    pass(1);
    expect(await call(api, teams, {})).toEqual({ n: 2 });
    expect(outcomes).toEqual(["miss", "hit", "miss"]);
  });

  test("a thousand times over, each time whole", async () => {
    const { api, server } = await cached();
    for (let count = 0; count < 1000; count += 1) expect(await call(api, teams, {})).toEqual({ n: 1 });
    expect(server.received).toHaveLength(1);
  });

  test("for each URL, query and header of its own", async () => {
    const { api, server } = await cached();
    const requests = [
      [teams, {}, {}],
      [teams, { query: { q: "x" } }, {}],
      [team, a, {}],
      [team, b, {}],
      [teams, {}, { headers: { "Accept-Language": "de" } }],
      [teams, {}, { headers: { Authorization: "Bearer other" } }],
    ] as const;
    for (const [wanted, input, options] of [...requests, ...requests])
      await call(api, wanted, input, options);
    expect(server.received).toHaveLength(requests.length);
  });

  test("for each credential that a function gives, and for each client", async () => {
    let user = "ann";
    const apiKey = (): string => user;
    const who: Parameters<typeof serve>[0] = (request, response) =>
      json(response, 200, { who: request.headers.authorization });
    const { api, server } = await cached({ apiKey }, who);
    const secured = { ...teams, security: [["apiKey"]] };
    for (const name of ["ann", "bob", "ann", "bob"]) {
      user = name;
      expect(await call(api, secured, {})).toEqual({ who: `Bearer ${name}` });
    }
    expect(server.received).toHaveLength(2);
    const options = { baseUrl: server.url, apiKey: "cid", rateLimit: false } as const;
    const other = createRuntime(definition, options);
    expect(await call(other, secured, {})).toEqual({ who: "Bearer cid" });
  });

  test("and shared by concurrent reads of one credential alone", async () => {
    let count = 0;
    const apiKey = (): string => `user${(count += 1) % 2}`;
    const { api } = await cached({ apiKey }, (request, response) =>
      json(response, 200, { who: request.headers.authorization }),
    );
    const secured = { ...teams, security: [["apiKey"]] };
    const answers = await Promise.all([call(api, secured, {}), call(api, secured, {})]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(2);
  });

  test("for 500 requests at most; what was not used for longest goes", async () => {
    const { api, server } = await cached();
    const read = (id: number): Promise<unknown> => call(api, team, { path: { id } });
    for (let id = 0; id < 500; id += 1) await read(id);
    await read(0);
    await read(500);
    expect(server.received).toHaveLength(501);
    await read(0);
    expect(server.received).toHaveLength(501);
    await read(1);
    expect(server.received).toHaveLength(502);
  });
});

describe("an answer is not kept", () => {
  test.each([
    ["when it is an error", 404, {}],
    ["when it is another success", 202, {}],
    ["when the server says so", 200, { "cache-control": "private, no-store" }],
  ])("%s", async (_what, status, headers) => {
    const { api, server } = await cached({}, (_request, response) => json(response, status, {}, headers));
    await call(api, teams, {}).safe();
    await call(api, teams, {}).safe();
    expect(server.received).toHaveLength(2);
  });

  test("when it breaks off", async () => {
    const { api, server } = await cached({}, (_request, response) => {
      if (server.received.length > 1) return json(response, 200, { whole: true });
      response.writeHead(200, { "content-length": 90 }).write("{");
      setTimeout(() => response.destroy(), 10);
    });
    expect(await failure(call(api, teams, {}))).toMatchObject({ code: "connection_failed" });
    expect(await call(api, teams, {})).toEqual({ whole: true });
  });

  test.each([
    ["by the client", { cache: false }, {}],
    ["by the call", {}, { cache: false }],
  ] as const)("when it is switched off %s", async (_what, client, options) => {
    const { api, server, outcomes } = await cached(client);
    await Promise.all([call(api, teams, {}, options), call(api, teams, {}, options)]);
    expect(server.received).toHaveLength(2);
    expect(outcomes).toEqual([]);
  });

  test("of the cache when the call asks for a reload, which is kept", async () => {
    const { api, outcomes } = await cached();
    await call(api, teams, {});
    expect(await call(api, teams, {}, { cache: "reload" })).toEqual({ n: 2 });
    expect(await call(api, teams, {})).toEqual({ n: 2 });
    expect(outcomes).toEqual(["miss", "miss", "hit"]);
  });
});

describe("an ETag", () => {
  const tagged: Parameters<typeof serve>[0] = ({ headers }, response) =>
    headers["if-none-match"] === '"1"'
      ? response.writeHead(304).end()
      : json(response, 200, { n: 1 }, { etag: '"1"' });

  test("is asked with when the answer is old, again and again", async () => {
    const { api, server, outcomes, pass } = await cached({}, tagged);
    for (let round = 0; round < 3; round += 1) {
      expect(await call(api, team, a)).toEqual({ n: 1 });
      expect(await call(api, team, a)).toEqual({ n: 1 });
      pass(FRESH_MS);
    }
    expect(outcomes).toEqual(["miss", "hit", "revalidated", "hit", "revalidated", "hit"]);
    expect(server.received.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"1"', '"1"']);
  });

  test("is not asked with where the spec does not say that the server honours it", async () => {
    const { api, server, pass } = await cached({}, tagged);
    await call(api, teams, {});
    pass(FRESH_MS);
    await call(api, teams, {});
    expect(server.received[1]?.headers).not.toHaveProperty("if-none-match");
  });

  test("of the caller's own gets the server's answer as it is", async () => {
    const { api, pass } = await cached({}, tagged);
    await call(api, team, a);
    pass(FRESH_MS);
    const error = await failure(call(api, team, a, { headers: { "If-None-Match": '"1"' } }));
    expect(error).toMatchObject({ status: 304 });
  });
});

describe("a write", () => {
  test.each([
    ["that succeeds", 200],
    ["that fails, and may have been carried out", 500],
  ])("%s drops what it names, its list and what lies below, and nothing else", async (_what, status) => {
    const { api, server } = await cached({}, (request, response) =>
      json(response, request.method === "PATCH" ? status : 200, {}),
    );
    const reads = [
      [teams, {}],
      [team, a],
      [team, b],
      [members, a],
    ] as const;
    for (const [wanted, input] of reads) await call(api, wanted, input);
    await call(api, update, { ...a, body: {} }, { cache: false }).safe();
    const before = server.received.length;
    for (const [wanted, input] of reads) await call(api, wanted, input);
    expect(server.received.slice(before).map(({ url }) => url)).toEqual([
      "/teams",
      "/teams/a",
      "/teams/a/members",
    ]);
  });

  test("keeps no answer that was under way before it, and nobody joins that", async () => {
    const held: (() => void)[] = [];
    let name = "old";
    const { api } = await cached({}, (request, response) => {
      const body = { name };
      if (request.method === "PATCH") return json(response, 200, { name: (name = "new") });
      if (name === "new") return json(response, 200, body);
      held.push(() => json(response, 200, body));
    });
    const early = call(api, team, a);
    await until(() => held.length === 1);
    await call(api, update, { ...a, body: {} });
    expect(await call(api, team, a)).toEqual({ name: "new" });
    held[0]?.();
    expect(await early).toEqual({ name: "old" });
    expect(await call(api, team, a)).toEqual({ name: "new" });
  });
});

describe("reads that share a request", () => {
  test("all get its answer, and its error", async () => {
    const { api, server, outcomes } = await cached({}, (request, response) =>
      json(response, request.url === "/teams" ? 200 : 500, { text: "x".repeat(100_000) }),
    );
    const good = await Promise.all(Array.from({ length: 20 }, () => call(api, teams, {})));
    expect(new Set(good.map((answer) => JSON.stringify(answer).length)).size).toBe(1);
    const bad = await Promise.all(Array.from({ length: 20 }, () => failure(call(api, team, a))));
    expect(new Set(bad.map(({ message }) => message)).size).toBe(1);
    expect(server.received).toHaveLength(2);
    expect(outcomes.filter((outcome) => outcome === "shared")).toHaveLength(38);
  });

  test("leave no connection behind that holds an endless error", async () => {
    const closed = vi.fn<() => void>();
    const { api } = await cached({}, (_request, response) => {
      response.writeHead(500);
      const drip = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, "x")));
        if (!response.destroyed) response.once("drain", drip);
      };
      drip();
      response.on("close", closed);
    });
    await Promise.all([failure(call(api, teams, {})), failure(call(api, teams, {}))]);
    await failure(call(api, teams, {}));
    await eventually(() => expect(closed).toHaveBeenCalledTimes(2));
  });

  test("end the request when nobody waits any more, and the next asks anew", async () => {
    const closed = vi.fn<() => void>();
    const { api, server } = await cached({}, (_request, response) => {
      if (server.received.length > 1) return json(response, 200, { n: 2 });
      response.on("close", closed);
    });
    const controllers = [new AbortController(), new AbortController()];
    const given = controllers.map(({ signal }) => failure(call(api, teams, {}, { signal })));
    await until(() => server.received.length === 1);
    controllers[0]?.abort();
    expect(await given[0]).toMatchObject({ code: "aborted" });
    expect(closed).not.toHaveBeenCalled();
    controllers[1]?.abort();
    // In the same turn, before the request has ended.
    expect(await call(api, teams, {})).toEqual({ n: 2 });
    expect(await given[1]).toMatchObject({ code: "aborted" });
    await eventually(() => expect(closed).toHaveBeenCalledOnce());
  });
});
