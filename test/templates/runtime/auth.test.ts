import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import type { ApiDefinition } from "../../../templates/client/src/runtime/api.js";
import type { SecurityScheme } from "../../../templates/client/src/runtime/auth.js";
import type { SecretSource } from "../../../templates/client/src/runtime/credentials.js";
import { json as jsonBody } from "../../../templates/client/src/runtime/body.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import type { Fetch, Layer } from "../../../templates/client/src/runtime/layer.js";
import type { Operation } from "../../../templates/client/src/runtime/operation.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import { apiFor, json, operation, serve, type Received } from "../../support/api-server.js";
import { VirtualClock } from "../../support/virtual-clock.js";

const schemes = {
  key: { kind: "apiKey", in: "header", name: "X-Api-Key" },
  queryKey: { kind: "apiKey", in: "query", name: "api key" },
  cookieKey: { kind: "apiKey", in: "cookie", name: "sid" },
  bearer: { kind: "bearer" },
  basic: { kind: "basic" },
  oauth: { kind: "oauth" },
  certificate: { kind: "other" },
} as const satisfies Record<string, SecurityScheme>;

function only(...names: (keyof typeof schemes)[]): Pick<ApiDefinition, "securitySchemes"> {
  return { securitySchemes: Object.fromEntries(names.map((name) => [name, schemes[name]])) };
}

async function sent(
  options: ApiOptions,
  definition: Pick<ApiDefinition, "securitySchemes">,
  security: Operation["security"],
  headers: Record<string, string> = {},
): Promise<Received | undefined> {
  const server = await serve();
  const fetchThing = operation({ ...(security && { security }), path: "/things?a=b%20c" });
  await call(apiFor(server.url, options, definition), fetchThing, {}, { headers });
  return server.received[0];
}

describe("a credential", () => {
  const basic = `Basic ${Buffer.from("us\u00e9r:p:w").toString("base64")}`;

  test.each<
    [name: string, ApiOptions, (keyof typeof schemes)[], Operation["security"], Record<string, unknown>]
  >([
    [
      "an API key as a header",
      { apiKey: "k" },
      ["key", "bearer"],
      [["key"]],
      { "x-api-key": "k", authorization: undefined },
    ],
    [
      "an API key as a bearer token, where there is no other scheme for it",
      { apiKey: "k" },
      ["bearer", "oauth"],
      [["oauth"], ["bearer"]],
      { authorization: "Bearer k" },
    ],
    [
      "an API key as a user name",
      { apiKey: "k" },
      ["basic"],
      [["basic"]],
      { authorization: `Basic ${btoa("k:")}` },
    ],
    [
      "a token for OAuth",
      { auth: "t" },
      ["oauth", "bearer"],
      [["bearer"], ["oauth"]],
      { authorization: "Bearer t" },
    ],
    [
      "a token as a bearer token",
      { auth: "t" },
      ["bearer", "key"],
      [["key"], ["bearer"]],
      { authorization: "Bearer t", "x-api-key": undefined },
    ],
    [
      "a user name and a password",
      { auth: { basic: { username: "us\u00e9r", password: "p:w" } } },
      ["basic"],
      [["basic"]],
      { authorization: basic },
    ],
    [
      "what a function gives",
      { apiKey: () => Promise.resolve("k") },
      ["key"],
      [["key"]],
      { "x-api-key": "k" },
    ],
    [
      "several together",
      { auth: { key: "k", oauth: "t" } },
      ["key", "oauth"],
      [["key", "oauth"]],
      { "x-api-key": "k", authorization: "Bearer t" },
    ],
    [
      "the first alternative that is met",
      { apiKey: "k", auth: "t" },
      ["key", "oauth", "basic"],
      [["basic"], ["oauth"], ["key"]],
      { "x-api-key": undefined, authorization: "Bearer t" },
    ],
    [
      "beside a client certificate",
      { apiKey: "k" },
      ["key", "certificate"],
      [["certificate", "key"]],
      { "x-api-key": "k" },
    ],
    [
      "none where it may be left out and is not given",
      {},
      ["key"],
      [["key"], []],
      { "x-api-key": undefined },
    ],
    ["the one given where it may be left out", { apiKey: "k" }, ["key"], [[], ["key"]], { "x-api-key": "k" }],
    ["none for a public operation", { apiKey: "k" }, ["key"], undefined, { "x-api-key": undefined }],
    [
      "the client's own header",
      { headers: { Authorization: "Own x" } },
      ["bearer"],
      [["bearer"]],
      { authorization: "Own x" },
    ],
  ])("travels: %s", async (_name, options, names, security, headers) => {
    const request = await sent(options, only(...names), security);
    const received = Object.keys(headers).map((name) => [name, request?.headers[name]]);
    expect(Object.fromEntries(received)).toEqual(headers);
  });

  test("travels in the query, which is otherwise left as it is, and in a cookie", async () => {
    expect((await sent({ apiKey: "k&1" }, only("queryKey"), [["queryKey"]]))?.url).toBe(
      "/things?a=b%20c&api%20key=k%261",
    );
    expect((await sent({ apiKey: "k" }, only("cookieKey"), [["cookieKey"]]))?.headers.cookie).toBe("sid=k");
  });

  test("that the caller gives by hand for one call stays", async () => {
    const request = await sent({ apiKey: "k" }, only("bearer"), [["bearer"]], { Authorization: "Own x" });
    expect(request?.headers.authorization).toBe("Own x");
  });

  test("that is missing is told before anything is sent", async () => {
    const server = await serve();
    const api = apiFor(server.url, { apiKey: "k" }, only("key", "oauth", "basic"));
    const agent = operation({ id: "claim", security: [["oauth"], ["basic", "key"]] });
    await expect(call(api, agent, {})).rejects.toMatchObject({
      name: "RequestError",
      operationId: "claim",
      message: "GET /things: needs oauth or basic and key; the client has key",
    });
    const bare = apiFor(server.url, { apiKey: undefined }, only("key"));
    await expect(call(bare, operation({ security: [["key"]] }), {})).rejects.toThrow(
      "needs key; the client has no credential",
    );
    expect(server.received).toEqual([]);
  });

  test.each(["", "k\n", "k\r\nEvil: 1", "日本", "k\0"])(
    "of %j is refused at construction, and its value is not said",
    (apiKey) => {
      const make = (): unknown => apiFor("https://x.test", { apiKey }, only("key"));
      expect(make).toThrow(
        expect.toSatisfy((error: unknown) => {
          const shown = inspect(error);
          const isSaid = shown.includes("the secret for key is empty or cannot stand in a header");
          return isSaid && (!apiKey || !shown.includes(apiKey));
        }),
      );
    },
  );

  test("from a function that gives nothing usable is refused, and its value is not said", async () => {
    const server = await serve();
    for (const value of ["", "s3cr3t\n"]) {
      const error: unknown = await call(
        apiFor(server.url, { apiKey: () => value }, only("key")),
        operation({ security: [["key"]] }),
        {},
      ).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "RequestError" });
      expect(inspect(error)).not.toContain("s3cr3t");
    }
    expect(server.received).toEqual([]);
  });

  test("does not go over plain http, but to this machine", async () => {
    const fetch = vi.fn<() => Promise<Response>>(() => Promise.resolve(Response.json({})));
    const secured = operation({ security: [["key"]] });
    for (const home of [
      "http://api.test",
      "http://127.0.0.1.evil.test",
      "http://localhost.evil.test",
      "http://10.0.0.1",
    ]) {
      expect(() => apiFor(home, { fetch, apiKey: "k" }, only("key"))).toThrow(
        "credentials go over https only",
      );
    }
    expect(fetch).not.toHaveBeenCalled();
    for (const home of [
      "https://api.test",
      "http://localhost:1",
      "http://x.localhost",
      "http://127.8.8.8",
      "http://[::1]:2",
    ]) {
      await call(apiFor(home, { fetch, apiKey: "k" }, only("key")), secured, {});
    }
    expect(fetch).toHaveBeenCalledTimes(5);
  });

  test("does not go to another origin, but to an operation's own server", async () => {
    const [home, other] = [await serve(), await serve()];
    const api = apiFor(home.url, { apiKey: "k", headers: { "x-team": "a" } }, only("key"));
    const secured = operation({ security: [["key"]] });
    await expect(call(api, secured, { url: `${other.url}/next` })).rejects.toThrow(
      `leads to ${other.url}, where credentials do not go`,
    );
    await api.fetch(new Request(other.url));
    expect(other.received[0]?.headers).not.toHaveProperty("x-api-key");
    expect(other.received[0]?.headers).not.toHaveProperty("x-team");
    await call(api, { ...secured, server: other.url }, {});
    expect(other.received[1]?.headers).toMatchObject({ "x-api-key": "k", "x-team": "a" });
  });
});

describe("a request that queues", () => {
  const windows = [{ name: "burst", limit: 1, windowMs: 60_000 }];

  async function queued(options: ApiOptions, change: () => void): Promise<unknown[]> {
    const clock = new VirtualClock();
    const leaving: unknown[] = [];
    const fetch: Fetch = async (_url, init) => {
      leaving.push(Reflect.get(init?.headers ?? {}, "authorization"));
      return Response.json({});
    };
    const api = apiFor("https://x.test", { rateLimit: { windows }, clock, fetch, ...options });
    const secured = operation({ security: [["oauth"]] });
    const calls = [call(api, secured, {}), call(api, secured, {})];
    await calls[0];
    change();
    await clock.run();
    await Promise.allSettled(calls);
    return leaving;
  }

  test("leaves with the credential that holds then, not with that of when it came", async () => {
    let token = "old";
    const auth = vi.fn<SecretSource>(() => token);
    expect(await queued({ auth }, () => (token = "new"))).toEqual(["Bearer old", "Bearer new"]);
    expect(auth).toHaveBeenCalledTimes(3);
  });

  test("that cannot be signed gives back the place that it did not use", async () => {
    const clock = new VirtualClock();
    const fetch = vi.fn<Fetch>(() => Promise.resolve(Response.json({})));
    let token = "bad\n";
    const api = apiFor("https://x.test", { rateLimit: { windows }, clock, fetch, auth: () => token });
    await expect(call(api, operation({ security: [["oauth"]] }), {})).rejects.toThrow(
      "the secret for oauth is",
    );
    token = "good";
    await call(api, operation({ security: [["oauth"]] }), {});
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

describe("a secret with a layer of its own", () => {
  const create = operation({
    method: "POST",
    security: [["oauth"]],
    body: { "application/json": jsonBody },
  });

  test("can have a refused one replaced, with the body sent again", async () => {
    const server = await serve((request, response) =>
      json(response, request.headers.authorization === "Bearer new" ? 200 : 401, {}),
    );
    let token = "old";
    const layer: Layer = async (request, next, own) => {
      const response = await next(request, own);
      token = "new";
      return response.status === 401 ? next(request, own) : response;
    };
    const auth = Object.assign(() => token, { layer });
    await call(apiFor(server.url, { auth }), create, { body: { a: 1 } });
    expect(server.received.map(({ headers, body }) => [headers.authorization, body.toString()])).toEqual([
      ["Bearer old", '{"a":1}'],
      ["Bearer new", '{"a":1}'],
    ]);
  });

  test("is asked anew for each request, and told of its call", async () => {
    const server = await serve();
    const auth = vi.fn<SecretSource>(({ operation: asking }) => `token for ${asking?.id}`);
    const api = apiFor(server.url, { auth });
    await call(api, create, { body: {} });
    await call(api, create, { body: {} });
    expect(server.received[1]?.headers.authorization).toBe("Bearer token for fetchThing");
    expect(auth).toHaveBeenCalledTimes(2);
  });
});
