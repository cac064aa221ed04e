import type { ServerResponse } from "node:http";

import { describe, expect, test, vi } from "vitest";

import type { Tokens, TokenStore } from "../../../templates/client/src/oauth/store.js";
import { binary, json as jsonBody } from "../../../templates/client/src/runtime/body.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import { apiFor, failure, json, operation } from "../../support/api-server.js";
import { oauthAt, signedInAt } from "../../support/oauth-client.js";
import { serveOAuth } from "../../support/oauth-server.js";

const read = operation({ security: [["oauth"]] });
const write = operation({ method: "POST", security: [["oauth"]], body: { "application/json": jsonBody } });
const expired = { expiresAt: 0, refreshAt: 0 };

/** Work that waits until it is let go. */
function gate(): { readonly reached: Promise<void>; readonly hold: () => Promise<boolean>; open(): void } {
  let [reach, open] = [(): void => {}, (): void => {}];
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    reached,
    hold: async () => {
      reach();
      await opened;
      return false;
    },
    open: () => open(),
  };
}

const reset = (_: unknown, response: ServerResponse): boolean => {
  response.destroy();
  return true;
};

describe("an expired access token", () => {
  test("is replaced once for 200 callers", async () => {
    const server = await serveOAuth();
    const events: RuntimeEvent[] = [];
    const { api } = signedInAt(server, expired, {}, { onEvent: (event) => events.push(event) });
    await Promise.all(Array.from({ length: 200 }, () => call(api, read, {})));
    expect(server.refreshes).toBe(1);
    expect(server.apiRequests).toHaveLength(200);
    expect(new Set(server.apiRequests.map(({ authorization }) => authorization)).size).toBe(1);
    expect(events.filter(({ type }) => type === "refresh")).toMatchObject([
      { type: "refresh", operationId: "fetchThing", method: "GET", path: "/things" },
    ]);
  });

  test.each<[name: string, lifetime: unknown, at: number, refreshes: number]>([
    ["a minute before its time is over", 3600, 3_539_999, 0],
    ["a minute before its time is over", 3600, 3_540_000, 1],
    ["a tenth before, if it is short", 10, 8999, 0],
    ["a tenth before, if it is short", 10, 9000, 1],
    ["by a lifetime that is a text", "10", 9000, 1],
    ["only when refused, where no lifetime is said", undefined, 1e15, 0],
    ["only when refused, where the lifetime is none", "soon", 1e15, 0],
    ["only when refused, where the lifetime is null", null, 1e15, 0],
  ])("is replaced %s", async (_name, lifetime, at, refreshes) => {
    const server = await serveOAuth({ extras: { expires_in: lifetime } });
    let now = 0;
    const { api } = signedInAt(server, expired, { now: () => now });
    await call(api, read, {});
    now = at;
    await call(api, read, {});
    expect(server.refreshes).toBe(1 + refreshes);
  });

  test("keeps its refresh token and its scopes, where the answer has no others", async () => {
    const server = await serveOAuth({ isRotating: false, extras: {} });
    const { api, store } = signedInAt(server, expired);
    const before = await store.load();
    await call(api, read, {});
    const after = await store.load();
    expect(after).toMatchObject({ refreshToken: before?.refreshToken, scopes: ["read", "write"] });
    expect(after?.accessToken).not.toBe(before?.accessToken);
    expect(after).not.toHaveProperty("expiresAt");
  });

  test("has the scopes that are left, and nothing odd in an answer loses the new refresh token", async () => {
    const odd = {
      scope: "read",
      id_token: "nonsense",
      expires_in: "x",
      extra: [1],
      refresh_expires_in: null,
    };
    const server = await serveOAuth({ extras: odd });
    const { api, store, oauth } = signedInAt(server, expired);
    await call(api, read, {});
    expect(await oauth.grant()).toEqual({ scopes: ["read"], expiresAt: undefined });
    expect((await store.load())?.refreshToken).toBe(server.families[0]?.refreshToken);
  });

  test("without a refresh token is used to its end, and then somebody has to sign in", async () => {
    const server = await serveOAuth();
    let now = 0;
    const tokens = { refreshToken: undefined, refreshAt: 50, expiresAt: 100 };
    const { api } = signedInAt(server, tokens, { now: () => now });
    now = 99;
    await call(api, read, {});
    now = 100;
    expect(await failure(call(api, read, {}))).toMatchObject({
      name: "SignInRequiredError",
      operationId: "fetchThing",
    });
    expect(server.refreshes).toBe(0);
  });
});

describe("a refused access token", () => {
  test("is replaced once, and each call is repeated once, with its body", async () => {
    const server = await serveOAuth();
    const { api } = signedInAt(server);
    await call(api, read, {});
    server.expireAccess();
    await Promise.all(Array.from({ length: 20 }, (_, index) => call(api, write, { body: { index } })));
    expect(server.refreshes).toBe(1);
    const bodies = server.apiRequests.slice(1).map(({ body }) => body);
    expect(bodies).toHaveLength(40);
    expect(new Set(bodies).size).toBe(20);
  });

  test.each([
    [401, 'Bearer error="insufficient_scope"'],
    [403, 'Bearer error="invalid_token"'],
  ])("is not replaced for %i with %s", async (status, challenge) => {
    const server = await serveOAuth();
    const fetch = vi.fn<() => Promise<Response>>(() =>
      Promise.resolve(new Response("{}", { status, headers: { "www-authenticate": challenge } })),
    );
    const { api } = signedInAt(server, {}, {}, { fetch });
    expect(await failure(call(api, read, {}))).toMatchObject({ status });
    expect([fetch.mock.calls.length, server.refreshes]).toEqual([1, 0]);
  });

  test("is not replaced over and over where no token does", async () => {
    const server = await serveOAuth();
    const fetch = vi.fn<() => Promise<Response>>(() => Promise.resolve(new Response("{}", { status: 401 })));
    const { api } = signedInAt(server, {}, {}, { fetch });
    for (let round = 0; round < 5; round++) {
      expect(await failure(call(api, read, {}))).toMatchObject({ status: 401 });
    }
    expect([fetch.mock.calls.length, server.refreshes]).toEqual([6, 1]);
  });

  test("is replaced by what another process has put into the store", async () => {
    const server = await serveOAuth();
    const { api, store } = signedInAt(server);
    await call(api, read, {});
    const other = server.signedIn();
    server.behaviour.before = () => Promise.reject(new Error("nothing to refresh"));
    await store.save({ accessToken: other.accessToken, refreshToken: other.refreshToken });
    const [first] = server.families;
    if (first) first.isRevoked = true;
    await call(api, read, {});
    expect(server.refreshes).toBe(0);
  });

  test("of a call with a stream is replaced for the next call", async () => {
    const server = await serveOAuth();
    const { api } = signedInAt(server);
    server.expireAccess();
    const stream = new Blob(["{}"]).stream();
    const raw = operation({ ...write, body: { "application/octet-stream": binary } });
    const error = await failure(call(api, raw, { body: stream }));
    expect(error).toMatchObject({ status: 401 });
    expect(error.message).toContain("its body is a stream");
    await call(api, read, {});
    expect([server.refreshes, server.apiRequests.length]).toEqual([1, 2]);
  });
});

describe("a refresh that fails", () => {
  test("leaves the tokens in place, and is tried again by the next call", async () => {
    const server = await serveOAuth({
      before: (_, response) => (json(response, 503, { error: "no" }), true),
    });
    const { api, store } = signedInAt(server, expired);
    const before = await store.load();
    expect(await failure(call(api, read, {}))).toMatchObject({ name: "OAuthError", status: 503 });
    expect(await store.load()).toEqual(before);
    server.behaviour.before = () => false;
    await call(api, read, {});
    expect(server.refreshes).toBe(2);
  });

  test("does no harm while the old token is still good, and pauses", async () => {
    const server = await serveOAuth({ before: reset });
    let now = 0;
    const { api } = signedInAt(server, { refreshAt: 0, expiresAt: 60_000 }, { now: () => now });
    await call(api, read, {});
    now = 4999;
    await call(api, read, {});
    expect(server.refreshes).toBe(1);
    now = 5000;
    server.behaviour.before = () => false;
    await call(api, read, {});
    expect(server.refreshes).toBe(2);
    expect(server.reuses).toBe(0);
  });

  test("since its answer was lost is tried again with the same token, which many servers take", async () => {
    const server = await serveOAuth({ isRotating: false, after: reset });
    const { api } = signedInAt(server, expired);
    const error = await failure(call(api, write, { body: {} }));
    expect(error).toMatchObject({ name: "ConnectionError", operationId: "fetchThing" });
    expect(error.message).toContain("the token was not refreshed: the connection failed (");
    server.behaviour.after = () => false;
    await call(api, read, {});
    expect(server.refreshes).toBe(2);
  });

  test("since its answer was lost says so, if the server does not take the token again", async () => {
    const server = await serveOAuth({ after: reset });
    const { api, store } = signedInAt(server, expired);
    await failure(call(api, read, {}));
    expect(await store.load()).toBeDefined();
    server.behaviour.after = () => false;
    const error = await failure(call(api, read, {}));
    expect(error).toMatchObject({
      name: "SignInRequiredError",
      code: "sign_in_required",
      serverCode: "invalid_grant",
    });
    expect(error.message).toContain(
      "the answer to an earlier refresh, with its successor, was lost; sign in again",
    );
    expect(await store.load()).toBeUndefined();
    await failure(call(api, read, {}));
    expect(server.refreshes).toBe(2);
  });

  test("is repeated by the client's own retries, where the call may be repeated", async () => {
    const server = await serveOAuth({ before: reset });
    const { oauth } = signedInAt(server, expired);
    const onEvent = (event: RuntimeEvent): void => {
      if (event.type === "retry") server.behaviour.before = () => false;
    };
    const api = apiFor(`${server.url}/api`, { auth: oauth.token, maxRetries: 1, onEvent });
    await call(api, read, {});
    expect(server.refreshes).toBe(2);
  });
});

describe("a caller who leaves during a refresh", () => {
  test("is let go at once, and the others get their token", async () => {
    const { reached, hold, open } = gate();
    const server = await serveOAuth({ before: hold });
    const { api } = signedInAt(server, expired);
    const controller = new AbortController();
    const leaving = call(api, read, {}, { signal: controller.signal });
    const staying = call(api, read, {});
    await reached;
    controller.abort();
    expect(await failure(leaving)).toMatchObject({ code: "aborted" });
    open();
    await staying;
    expect(server.refreshes).toBe(1);
  });

  test("as the last one does not make the refresh lose its answer", async () => {
    const { reached, hold, open } = gate();
    const server = await serveOAuth({ before: hold });
    const { api } = signedInAt(server, expired);
    const leaving = call(api, read, {}, { timeoutMs: 1000 });
    await reached;
    expect(await failure(leaving)).toMatchObject({ code: "timeout" });
    open();
    await call(api, read, {});
    expect([server.refreshes, server.reuses]).toEqual([1, 0]);
  });
});

describe("a token store of one's own", () => {
  function brittle(tokens: Tokens | undefined): TokenStore & { isBroken: boolean; saved: number } {
    return {
      isBroken: false,
      saved: 0,
      load: () => Promise.resolve(tokens),
      save(changed) {
        if (this.isBroken) throw new Error(`cannot keep ${changed?.accessToken}`);
        this.saved++;
        tokens = changed;
      },
    };
  }

  test("that fails to save loses nothing: the tokens are saved before they are used next", async () => {
    const server = await serveOAuth();
    const store = brittle({ ...server.signedIn(), ...expired });
    const api = apiFor(`${server.url}/api`, { auth: oauthAt(server, { store }).token });
    store.isBroken = true;
    const error = await failure(call(api, read, {}));
    expect(error).toMatchObject({ name: "TokenStoreError", code: "token_store_failed" });
    expect(error.message).not.toContain("access-");
    await failure(call(api, read, {}));
    store.isBroken = false;
    await call(api, read, {});
    expect([server.refreshes, store.saved]).toEqual([1, 1]);
    expect(await store.load()).toMatchObject({ refreshToken: server.families[0]?.refreshToken });
  });

  test("without exclusive work takes what somebody else was faster to get", async () => {
    const { reached, hold, open } = gate();
    const server = await serveOAuth({ before: hold });
    const store = brittle({ ...server.signedIn(), ...expired });
    const api = apiFor(`${server.url}/api`, { auth: oauthAt(server, { store }).token });
    const slow = call(api, read, {});
    await reached;
    const { accessToken, refreshToken } = server.signedIn();
    server.families.splice(0, 1);
    await store.save({ accessToken, refreshToken });
    open();
    await slow;
    expect(server.apiRequests[0]?.authorization).toBe(`Bearer ${accessToken}`);
  });

  test("can be shared by several sign-ins in one process: one refresh", async () => {
    const server = await serveOAuth();
    const { store } = signedInAt(server, expired);
    const apis = Array.from({ length: 10 }, () =>
      apiFor(`${server.url}/api`, { auth: oauthAt(server, { store }).token }),
    );
    await Promise.all(apis.map((api) => call(api, read, {})));
    expect([server.refreshes, server.reuses]).toEqual([1, 0]);
  });
});
