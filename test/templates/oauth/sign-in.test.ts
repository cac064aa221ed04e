import { inspect } from "node:util";

import { describe, expect, test } from "vitest";

import { createOAuthFor, registerClientFor } from "../../../templates/client/src/oauth/create-oauth.js";
import type { OAuthOptions } from "../../../templates/client/src/oauth/options.js";
import { createMemoryStore } from "../../../templates/client/src/oauth/store.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import { apiFor, failure, operation, serve } from "../../support/api-server.js";
import { definitionOf, oauthAt, REDIRECT_URI } from "../../support/oauth-client.js";
import { serveOAuth, type Behaviour } from "../../support/oauth-server.js";

const secured = operation({ security: [["oauth"]] });

describe("a sign-in", () => {
  test("asks with PKCE, state and the exact redirect URI, and gives tokens that the API takes", async () => {
    const server = await serveOAuth({ extras: { expires_in: 3600, scope: "read" } });
    const oauth = oauthAt(server, { now: () => 1000 });
    const { url, ...pending } = await oauth.start({ parameters: { prompt: "consent", state: "mine" } });
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      response_type: "code",
      client_id: "app",
      redirect_uri: REDIRECT_URI,
      scope: "read write",
      state: pending.state,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      prompt: "consent",
    });
    expect(await oauth.grant()).toBeUndefined();
    // What is pending survives a session that keeps JSON.
    const grant = await oauth.finish(server.approve(url), JSON.parse(JSON.stringify(pending)));
    expect(grant).toEqual({ scopes: ["read"], expiresAt: 3_601_000 });
    expect(await oauth.grant()).toEqual(grant);
    const api = apiFor(`${server.url}/api`, { auth: oauth.token, headers: { "x-team": "a" } });
    expect(await call(api, secured, {})).toEqual({ fine: true });
    expect(server.tokenRequests).toHaveLength(1);
    expect(server.tokenRequests[0]?.headers).not.toHaveProperty("authorization");
    expect(server.tokenRequests[0]?.headers).not.toHaveProperty("x-team");
    expect(server.tokenRequests[0]?.headers).toMatchObject({ "user-agent": "test-client/1.2.3" });
  });

  test("starts anew each time, and takes the redirect URI of a port that was free", async () => {
    const server = await serveOAuth();
    server.apps.set("app", { redirectUris: ["http://127.0.0.1:4999/"] });
    const oauth = oauthAt(server);
    const [first, second] = [
      await oauth.start(),
      await oauth.start({ redirectUri: "http://127.0.0.1:4999/" }),
    ];
    expect(first.state).not.toBe(second.state);
    expect(first.codeVerifier).not.toBe(second.codeVerifier);
    const { pathname, search } = new URL(server.approve(second.url));
    await oauth.finish(pathname + search, second);
    expect(await oauth.grant()).toBeDefined();
  });

  test.each<[name: string, secret: string, method: OAuthOptions["clientAuthentication"]]>([
    ["in the header, form-encoded", "s:ecr%t +é", undefined],
    ["in the body, where the server wants it so", "s:ecr%t", "client_secret_post"],
  ])(
    "of a confidential app proves itself by its secret: %s",
    async (_name, clientSecret, clientAuthentication) => {
      const server = await serveOAuth();
      server.apps.set("app", { secret: clientSecret, redirectUris: [REDIRECT_URI] });
      const oauth = oauthAt(server, { clientSecret, clientAuthentication });
      const started = await oauth.start();
      await oauth.finish(server.approve(started.url), started);
      const [request] = server.tokenRequests;
      expect(request?.form.has("client_secret")).toBe(clientAuthentication !== undefined);
      const wrong = await failure(
        oauthAt(server, { clientSecret: "other" }).finish(server.approve(started.url), started),
      );
      expect(wrong).toMatchObject({ name: "OAuthError", serverCode: "invalid_client", status: 401 });
    },
  );

  const forged: [name: string, change: (callback: URL) => void, message: RegExp, serverCode?: string][] = [
    ["of another state", (url) => url.searchParams.set("state", "x"), /unexpected "state"/],
    ["without a state", (url) => url.searchParams.delete("state"), /"state" missing/],
    ["of another issuer", (url) => url.searchParams.set("iss", "https://evil.example"), /unexpected "iss"/],
    [
      "without the issuer that the server says it sends",
      (url) => url.searchParams.delete("iss"),
      /"iss".* missing/,
    ],
    ["without a code", (url) => url.searchParams.delete("code"), /no authorization code/],
    ["with two codes", (url) => url.searchParams.append("code", "x"), /only once/],
    ["with another code", (url) => url.searchParams.set("code", "x"), /invalid_grant/, "invalid_grant"],
    [
      "that says no",
      (url) => url.searchParams.set("error", "access_denied"),
      /access_denied/,
      "access_denied",
    ],
  ];
  test.each(forged)("does not take a callback %s", async (_name, change, message, serverCode) => {
    const server = await serveOAuth();
    const oauth = oauthAt(server);
    const started = await oauth.start();
    const callback = new URL(server.approve(started.url));
    change(callback);
    const error = await failure(oauth.finish(callback, started));
    expect(error).toMatchObject({ name: "OAuthError", code: "oauth_failed" });
    expect(error.message).toMatch(message);
    expect(Reflect.get(error, "serverCode")).toBe(serverCode);
    expect(inspect(error)).not.toContain(started.codeVerifier);
    expect(await oauth.grant()).toBeUndefined();
  });

  test("does not take a callback of another sign-in, or of none", async () => {
    const server = await serveOAuth();
    const oauth = oauthAt(server);
    const [mine, other] = [await oauth.start(), await oauth.start()];
    const stolen = new URL(server.approve(other.url));
    stolen.searchParams.set("state", mine.state);
    expect(await failure(oauth.finish(stolen, mine))).toMatchObject({ serverCode: "invalid_grant" });
    const none = { state: "", codeVerifier: "", redirectUri: REDIRECT_URI, scope: "" };
    expect(await failure(oauth.finish(server.approve(mine.url), none))).toMatchObject({
      code: "invalid_request",
    });
    expect(server.tokenRequests).toHaveLength(1);
  });

  test("takes a code no second time", async () => {
    const server = await serveOAuth();
    const oauth = oauthAt(server);
    const started = await oauth.start();
    const callback = server.approve(started.url);
    await oauth.finish(callback, started);
    expect(await failure(oauth.finish(callback, started))).toMatchObject({ serverCode: "invalid_grant" });
    expect(await oauth.grant()).toBeDefined();
  });
});

describe("where the authorization server is", () => {
  const metadata: [name: string, Behaviour["metadata"], message: RegExp][] = [
    ["another issuer", { issuer: "https://evil.example" }, /"issuer" property does not match/],
    ["none", null, /answered 404|unexpected HTTP status/],
    ["plain http", { token_endpoint: "http://auth.example/token" }, /over https only/],
  ];
  test.each(metadata)("is not taken from metadata of %s", async (_name, given, message) => {
    const server = await serveOAuth({ metadata: given ?? null });
    const oauth = oauthAt(server, { issuer: server.url });
    const pending = { state: "s", codeVerifier: "v".repeat(43), redirectUri: REDIRECT_URI, scope: "" };
    const callback = `${REDIRECT_URI}?code=c&state=s&iss=${server.url}`;
    expect((await failure(oauth.finish(callback, pending))).message).toMatch(message);
    expect(server.tokenRequests).toEqual([]);
  });

  test("is what the issuer says, but for what the app names itself", async () => {
    const server = await serveOAuth();
    const named = { issuer: server.url, authorizationUrl: "https://sign-in.example/go" };
    const definition = { scopes: [], agent: "a/1" };
    const oauth = createOAuthFor(definition, { clientId: "app", redirectUri: REDIRECT_URI, ...named });
    const started = await oauth.start();
    expect(started.url).toMatch(/^https:\/\/sign-in\.example\/go\?/);
    expect(new URL(started.url).searchParams.has("scope")).toBe(false);
    await oauth.finish(server.approve(started.url), started);
    expect(server.tokenRequests).toHaveLength(1);
  });

  test("is what the spec says, where the server has no metadata", async () => {
    const server = await serveOAuth({ metadata: null });
    const oauth = oauthAt(server);
    const started = await oauth.start();
    await oauth.finish(server.approve(started.url, false), started);
    await oauth.signOut();
    expect(server.families[0]).toMatchObject({ isRevoked: false });
    expect(await oauth.grant()).toBeUndefined();
  });

  test.each(["http://auth.example/token", "https://user@auth.example/", "nonsense:"])(
    "is not %s",
    (tokenUrl) => {
      const make = (): unknown =>
        createOAuthFor(definitionOf("https://api.example"), {
          clientId: "a",
          redirectUri: REDIRECT_URI,
          tokenUrl,
        });
      expect(make).toThrow("tokenUrl must be an https URL");
    },
  );

  test("moves with the base URL", async () => {
    const server = await serveOAuth();
    const definition = definitionOf("https://api.example");
    const options = { clientId: "app", redirectUri: REDIRECT_URI, baseUrl: `${server.url}/api` };
    expect((await createOAuthFor(definition, options).start()).url).toContain(`${server.url}/authorize?`);
  });
});

describe("an app that registers itself", () => {
  test.each([false, true])("can sign in; confidential: %s", async (isConfidential) => {
    const server = await serveOAuth();
    const definition = definitionOf(server.url);
    const registration = { clientName: "Tool", redirectUris: [REDIRECT_URI], isConfidential };
    const client = await registerClientFor(definition, {
      ...registration,
      metadata: { logo_uri: "https://x.example" },
    });
    expect(client.clientSecret !== undefined).toBe(isConfidential);
    expect(server.registrations[0]).toMatchObject({
      client_name: "Tool",
      logo_uri: "https://x.example",
      scope: "read write",
      token_endpoint_auth_method: isConfidential ? "client_secret_basic" : "none",
    });
    const oauth = oauthAt(server, client);
    const started = await oauth.start();
    await oauth.finish(server.approve(started.url), started);
    expect(await oauth.grant()).toBeDefined();
  });

  test("is told what the server does not like, or that it does not offer it", async () => {
    const server = await serveOAuth();
    const options = { clientName: "Tool", redirectUris: [] };
    const refused = await failure(registerClientFor(definitionOf(server.url), options));
    expect(refused).toMatchObject({ serverCode: "invalid_redirect_uri", status: 400 });
    const other = await serveOAuth({ metadata: null });
    const missing = await failure(registerClientFor(definitionOf(other.url), options));
    expect(missing.message).toContain("offers no registration");
  });
});

describe("signing out", () => {
  test("revokes the tokens and forgets them", async () => {
    const server = await serveOAuth();
    const family = server.signedIn();
    const store = createMemoryStore(family);
    const oauth = oauthAt(server, { store });
    await oauth.signOut();
    expect([family.isRevoked, await store.load()]).toEqual([true, undefined]);
    const api = apiFor(`${server.url}/api`, { auth: oauth.token });
    expect(await failure(call(api, secured, {}))).toMatchObject({ code: "sign_in_required" });
    expect(server.apiRequests).toEqual([]);
  });

  test("forgets them even if the server is gone, and says that they may still be good", async () => {
    const server = await serveOAuth({ metadata: { revocation_endpoint: "http://127.0.0.1:1/revoke" } });
    const store = createMemoryStore(server.signedIn());
    const error = await failure(oauthAt(server, { store }).signOut());
    expect(error).toMatchObject({ code: "connection_failed" });
    expect(error.message).toContain("the tokens were not revoked");
    expect(await store.load()).toBeUndefined();
  });
});

test("no secret is shown", async () => {
  const server = await serveOAuth();
  const { accessToken, refreshToken } = server.signedIn();
  const store = createMemoryStore({ accessToken, refreshToken, expiresAt: 0, refreshAt: 0 });
  const oauth = oauthAt(server, { store, clientSecret: "a-secret" });
  const api = apiFor(`${server.url}/api`, { auth: oauth.token });
  const error = await failure(call(api, secured, {}));
  expect(error).toMatchObject({
    name: "OAuthError",
    serverCode: "invalid_client",
    operationId: "fetchThing",
  });
  server.apps.set("app", { secret: "a-secret", redirectUris: [] });
  server.families.splice(0);
  // The server says the refresh token in its answer.
  const dead = await failure(call(api, secured, {}));
  expect(dead).toMatchObject({ name: "SignInRequiredError", serverCode: "invalid_grant" });
  const shown = [oauth, store, api, error, dead].flatMap((value) => [
    inspect(value, { depth: 9, showHidden: true }),
    JSON.stringify(value),
  ]);
  for (const secret of [accessToken, refreshToken, "a-secret"])
    expect(shown.join("\n")).not.toContain(secret);
});

test("an answer that is none is an error without its content, and no redirect is followed", async () => {
  const other = await serve();
  const server = await serveOAuth({
    after: (_, response) => (response.writeHead(307, { location: other.url }).end(), true),
  });
  const oauth = oauthAt(server);
  const finish = async (): Promise<unknown> => {
    const started = await oauth.start();
    return failure(oauth.finish(server.approve(started.url), started));
  };
  expect(await finish()).toMatchObject({ name: "OAuthError", status: 307 });
  expect(other.received).toEqual([]);
  for (const body of ['{"access_token":"t0k3n"', '{"access_token":["t0k3n"]}', "<html>t0k3n", '["t0k3n"]']) {
    server.behaviour.after = (_, response) => (
      response.writeHead(200, { "content-type": "application/json" }).end(body),
      true
    );
    const error = await finish();
    expect(error).toMatchObject({ name: "OAuthError" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("t0k3n");
  }
});
