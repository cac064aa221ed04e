import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { call } from "../../../templates/client/src/runtime/call.js";
import * as errors from "../../../templates/client/src/runtime/errors.js";
import { deepObject } from "../../../templates/client/src/runtime/parameters.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import type { SendOptions } from "../../../templates/client/src/runtime/request.js";
import { apiFor, failure, operation, serve } from "../../support/api-server.js";

describe("a request", () => {
  test("carries path, query, header and cookie parameters", async () => {
    const server = await serve();
    const fetchThing = operation({
      path: "/w/{workspaceId}/things/{thing-id}",
      defaults: ["workspaceId"],
      styles: { "query:created": deepObject, "query:expand": deepObject },
    });
    const options = {
      headers: { "If-Match": '"1"', "X-List": [1, 2], "X-None": undefined },
      cookies: { a: "1;2", b: [1, 2] },
    };
    await call(
      apiFor(server.url),
      fetchThing,
      { path: { "thing-id": "a/b?c#d" }, query: { created: { gte: 5 }, expand: ["x"] } },
      options,
    );
    const [request] = server.received;
    const url = new URL(request?.url ?? "", "http://x");
    expect(url.pathname).toBe("/w/current/things/a%2Fb%3Fc%23d");
    expect([...url.searchParams]).toEqual([
      ["created[gte]", "5"],
      ["expand[]", "x"],
    ]);
    expect(request?.headers).toMatchObject({
      "if-match": '"1"',
      "x-list": "1,2",
      cookie: "a=1%3B2; b=1; b=2",
      accept: "application/json",
      "user-agent": "test-client/1.2.3",
    });
    expect(request?.headers).not.toHaveProperty("x-none");
  });

  test("takes a default from the call, then the client, then the spec", async () => {
    const server = await serve();
    const fetchThing = operation({ path: "/{workspaceId}", defaults: ["workspaceId"] });
    const options: SendOptions & { workspaceId: string } = { workspaceId: "mine" };
    const client: ApiOptions & { workspaceId: string } = { workspaceId: "ours" };
    await call(apiFor(server.url, client), fetchThing, {}, options);
    await call(apiFor(server.url, client), fetchThing, {});
    await call(apiFor(server.url), fetchThing, {});
    expect(server.received.map(({ url }) => url)).toEqual(["/mine", "/ours", "/current"]);
  });

  test("keeps the base URL's path, and an operation's own server", async () => {
    const server = await serve();
    const api = apiFor(`${server.url}/v1/`);
    await call(api, operation(), {});
    await call(api, operation({ server: "/v2/" }), {});
    await call(api, operation({ path: "/a?b=1#c" }), { query: { d: 2 } });
    expect(server.received.map(({ url }) => url)).toEqual(["/v1/things", "/v2/things", "/v1/a?b=1&d=2"]);
  });

  test("has a key where the spec declares its header", async () => {
    const server = await serve();
    const create = operation({ method: "POST", idempotencyHeader: "Idempotency-Key" });
    await call(apiFor(server.url), create, {});
    await call(apiFor(server.url), create, {}, { idempotencyKey: "mine" });
    const keys = server.received.map(({ headers }) => headers["idempotency-key"]);
    expect(keys[0]).toMatch(/^[\d-]{10,}$/);
    expect(keys[1]).toBe("mine");
  });

  test.each([
    ["a\r\nEvil: 1", "X-A"],
    ["日本", "X-A"],
    ["a\0", "X-A"],
  ])("with the header value %j is refused without saying it", async (value, name) => {
    const server = await serve();
    const error = await failure(call(apiFor(server.url), operation(), {}, { headers: { [name]: value } }));
    expect(error).toBeInstanceOf(errors.RequestError);
    expect(error.message).toContain(name);
    expect(inspect(error)).not.toContain(value);
    expect(server.received).toEqual([]);
  });

  test("with a path value that is missing or leads elsewhere is refused by name", async () => {
    const server = await serve();
    for (const id of ["..", ".", "%2e%2e", "", undefined, "\0"]) {
      const error = await failure(
        call(apiFor(server.url), operation({ path: "/things/{constructor}" }), { path: { constructor: id } }),
      );
      expect(error).toMatchObject({
        name: "RequestError",
        code: "invalid_request",
        operationId: "fetchThing",
      });
      expect(error.message).toContain('"constructor"');
    }
    expect(server.received).toEqual([]);
  });

  test("leaves only after what is chained has said how to read the answer", async () => {
    const server = await serve((_request, response) => response.end("raw"));
    const response = await call(apiFor(server.url), operation(), {}).asResponse();
    expect(await response.text()).toBe("raw");
    expect(server.received).toHaveLength(1);
  });
});
