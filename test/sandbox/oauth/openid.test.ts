import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openEmbedded, describeDatabases } from "../../support/databases.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";
import { consent, createWorld, ORIGIN, type OAuthWorld } from "./world.js";

describeDatabases("OpenID Connect", (open) => {
  let world: OAuthWorld;
  beforeAll(async () => {
    world = await createWorld(await open());
    // Tokens are checked against the clock of this machine.
    world.clock.advance(Date.now() - world.clock.now().getTime());
  });
  afterAll(() => world.database.close());

  async function discovered(): Promise<oidc.Configuration> {
    const customFetch: oidc.CustomFetch = async (url, options) =>
      world.app.request(url, options as RequestInit);
    const config = await oidc.discovery(new URL(ORIGIN), "app_public", undefined, oidc.None(), {
      execute: [oidc.allowInsecureRequests],
      [oidc.customFetch]: customFetch,
    });
    return config;
  }

  async function signedIn(scope: string, allow?: readonly string[]) {
    const config = await discovered();
    const verifier = oidc.randomPKCECodeVerifier();
    const [nonce, state] = [oidc.randomNonce(), oidc.randomState()];
    const challenge = await oidc.calculatePKCECodeChallenge(verifier);
    const ask = { client_id: "app_public", challenge, scope, nonce, state };
    const back = await consent(world, ask, allow ? { allow } : {});
    const tokens = await oidc.authorizationCodeGrant(config, new URL(back.headers.get("location") ?? ""), {
      pkceCodeVerifier: verifier,
      expectedNonce: nonce,
      expectedState: state,
      idTokenExpected: true,
    });
    return { config, tokens };
  }

  it("signs in with another maker's client, which checks all, reads userinfo and refreshes", async () => {
    const { config, tokens } = await signedIn("openid profile email offline_access");
    const person = { sub: "u_ada", name: 'Ada <b>"A"</b>', email: "ada@one.example", email_verified: true };
    expect(tokens.claims()).toMatchObject({ iss: ORIGIN, aud: "app_public", ...person });
    expect(await oidc.fetchUserInfo(config, tokens.access_token, "u_ada")).toEqual(person);
    const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
    expect(renewed.claims()).toMatchObject({ sub: "u_ada", auth_time: tokens.claims()?.auth_time });
  });

  it("tells no more than the member left ticked", async () => {
    const { config, tokens } = await signedIn("openid profile email", ["openid"]);
    for (const claim of ["name", "email", "picture"]) expect(tokens.claims()).not.toHaveProperty(claim);
    expect(await oidc.fetchUserInfo(config, tokens.access_token, "u_ada")).toEqual({ sub: "u_ada" });
  });

  it("keeps one key for all instances", async () => {
    const keys = async (): Promise<unknown> => (await world.get("/app/auth/jwks")).json();
    const [one, other] = await Promise.all([keys(), keys()]);
    expect(one).toEqual(other);
    expect(JSON.stringify(one)).not.toMatch(/"d"|"p"|"q"/);
  });

  it("tells about nobody without a token that says so", async () => {
    const ask = async (token: string): Promise<unknown> => {
      const answer = await world.get("/app/auth/userinfo", { headers: { Authorization: token } });
      return [answer.status, answer.headers.get("www-authenticate")];
    };
    expect(await ask("")).toEqual([401, 'Bearer realm="workspace"']);
    expect(await ask("Bearer wat_none")).toEqual([401, 'Bearer realm="workspace", error="invalid_token"']);
  });

  it("is the same at both addresses of its metadata", async () => {
    const [one, other] = await Promise.all(
      ["openid-configuration", "oauth-authorization-server"].map(async (name) =>
        (await world.get(`/.well-known/${name}`)).json(),
      ),
    );
    expect(one).toEqual(other);
  });
});

describe("what a token's scopes tell of people", () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ database: await openEmbedded() });
  });
  afterAll(() => sandbox.close());

  async function read(path: string, scopes: readonly string[]): Promise<unknown> {
    const authorization = `Bearer ${await sandbox.tokenOf("owner", scopes)}`;
    const response = await sandbox.call("GET", path, { headers: { authorization } });
    return response.json();
  }

  it.each([
    [["openid"], null, null],
    [["profile"], "Olive Owner", null],
    [["openid", "email"], null, "olive@northwind.example"],
    [["openid", "profile", "email"], "Olive Owner", "olive@northwind.example"],
  ])("with %j", async (scopes, name, email) => {
    expect(await read("/me", scopes)).toMatchObject({ userId: "u_olive", role: "owner", name, email });
    const member = await read("/workspaces/current/members/u_mia", [...scopes, "teams:read"]);
    expect(member).toMatchObject({ email: email === null ? null : "mia@northwind.example" });
    const found = await read("/workspaces/current/members?query=mia@northwind", [...scopes, "teams:read"]);
    expect(found).toMatchObject({ members: email === null ? [] : [{ userId: "u_mia" }] });
  });

  it("points who has no good credential to the metadata of the API", async () => {
    const answer = await sandbox.call("GET", "/me", { as: "nobody" });
    const challenge = answer.headers.get("www-authenticate") ?? "";
    const url = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? "";
    const metadata = await (await sandbox.fetch(url)).json();
    expect(metadata).toMatchObject({
      resource: `${ORIGIN}/api/v1`,
      authorization_servers: [ORIGIN],
      bearer_methods_supported: ["header"],
    });
  });
});
