import { createHash } from "node:crypto";

import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { MINUTE } from "../../../sandbox/src/clock.js";
import { describeDatabases } from "../../support/databases.js";
import {
  CALLBACK,
  consent,
  createVerifier,
  createWorld,
  hiddenFields,
  ORIGIN,
  type OAuthWorld,
} from "./world.js";

describeDatabases("the OAuth server's sign-in", (open) => {
  let world: OAuthWorld;
  beforeAll(async () => {
    world = await createWorld(await open());
  });
  afterAll(() => world.database.close());

  /** What a page tells that is sent back to its callback. */
  async function calledBack(response: Response): Promise<Record<string, string>> {
    expect(response.status).toBe(303);
    const url = new URL(response.headers.get("location") ?? "");
    expect(url.origin + url.pathname).toBe(CALLBACK);
    return Object.fromEntries(url.searchParams);
  }

  function authorizePath(changes: Record<string, string | undefined> = {}): string {
    const parameters = {
      client_id: "app_public",
      redirect_uri: CALLBACK,
      response_type: "code",
      code_challenge: createVerifier().challenge,
      state: "xyz",
      ...changes,
    };
    const present = Object.entries(parameters).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    return `/app/auth/authorize?${new URLSearchParams(present)}`;
  }

  describe("signing in", () => {
    it("goes through with an independent client: discovery, registration, PKCE, issuer, refresh, revocation", async () => {
      const options = {
        [oauth.customFetch]: async (url: string, init: oauth.CustomFetchOptions<string, unknown>) =>
          world.app.request(url, { method: init.method, headers: init.headers, body: init.body as BodyInit }),
        [oauth.allowInsecureRequests]: true,
      };
      const issuer = new URL(ORIGIN);
      const server = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, { ...options, algorithm: "oauth2" }),
      );
      const client = await oauth.processDynamicClientRegistrationResponse(
        await oauth.dynamicClientRegistrationRequest(
          server,
          {
            redirect_uris: [CALLBACK],
            client_name: "Probe",
            token_endpoint_auth_method: "client_secret_basic",
          },
          options,
        ),
      );
      const verifier = oauth.generateRandomCodeVerifier();
      const challenge = await oauth.calculatePKCECodeChallenge(verifier);
      const back = await consent(world, {
        client_id: client.client_id,
        challenge,
        scope: "profile offline_access tasks:read",
        state: "s p&c",
      });
      const parameters = oauth.validateAuthResponse(
        server,
        client,
        new URL(back.headers.get("location") ?? ""),
        "s p&c",
      );
      const authentication = oauth.ClientSecretBasic(String(client.client_secret));
      const tokens = await oauth.processAuthorizationCodeResponse(
        server,
        client,
        await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          parameters,
          CALLBACK,
          verifier,
          options,
        ),
      );
      expect(tokens).toMatchObject({ expires_in: 3600, scope: "profile offline_access tasks:read" });
      expect(await world.whoHas(tokens.access_token)).toMatchObject({
        userId: "u_ada",
        isPublicClient: false,
      });

      const renewed = await oauth.processRefreshTokenResponse(
        server,
        client,
        await oauth.refreshTokenGrantRequest(
          server,
          client,
          authentication,
          tokens.refresh_token ?? "",
          options,
        ),
      );
      expect(renewed.refresh_token).not.toBe(tokens.refresh_token);
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(server, client, authentication, renewed.refresh_token ?? "", options),
      );
      expect(await world.whoHas(renewed.access_token)).toEqual({ code: "credential_invalid" });
    });

    it("shows a page that escapes what apps say, runs no script and stays in no frame", async () => {
      const page = await world.get(authorizePath({ state: '"><img src=x>' }));
      const text = await page.text();
      expect(page.status).toBe(200);
      expect(text).toContain("Shop &lt;script&gt;");
      expect(text).not.toContain("<img");
      const policy = page.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("form-action 'self' https://shop.example;");
      expect(policy).toContain("frame-ancestors 'none'");
      const style = /<style>(.*)<\/style>/s.exec(text)?.[1] ?? "";
      expect(policy).toContain(`'sha256-${createHash("sha256").update(style).digest("base64")}'`);
      expect(page.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Strict/);
    });

    it("grants only what the member left ticked", async () => {
      const { challenge, verifier } = createVerifier();
      const ask = { client_id: "app_public", challenge, scope: "profile tasks:read tasks:write" };
      const { code = "" } = await calledBack(
        await consent(world, ask, { allow: ["tasks:read", "webhooks:manage"] }),
      );
      const answer = await world.post("/app/auth/token", {
        grant_type: "authorization_code",
        client_id: "app_public",
        redirect_uri: CALLBACK,
        code,
        code_verifier: verifier,
      });
      expect(await answer.json()).toMatchObject({ scope: "tasks:read" });
    });

    it("refuses an app to which the member left nothing", async () => {
      const ask = { client_id: "app_public", challenge: createVerifier().challenge, scope: "profile" };
      const told = await calledBack(await consent(world, ask, { allow: [] }));
      expect(told).toMatchObject({ error: "access_denied" });
      expect(told["code"]).toBeUndefined();
    });

    it("lets two tabs of one browser sign in beside each other", async () => {
      const first = await world.get(authorizePath({ state: "one" }));
      const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
      const second = await world.get(authorizePath({ state: "two" }), { headers: { Cookie: cookie } });
      const kept = second.headers.get("set-cookie")?.split(";")[0] ?? "";
      for (const page of [first, second]) {
        const form = hiddenFields(await page.text());
        form.append("allow", "profile");
        form.append("user", "u_ada");
        form.append("decision", "allow");
        const init = { method: "POST", body: form, headers: { Cookie: kept } };
        const told = await calledBack(await world.app.request(`${ORIGIN}/app/auth/authorize`, init));
        expect(told["code"]).toBeDefined();
      }
    });

    it("tells an app that asks for no page that the member must sign in", async () => {
      const told = await calledBack(await world.get(authorizePath({ prompt: "none" })));
      expect(told).toMatchObject({ error: "login_required", state: "xyz" });
    });

    it("takes the API for the resource, and nothing else", async () => {
      expect((await world.get(authorizePath({ resource: `${ORIGIN}/api/v1` }))).status).toBe(200);
      const told = await calledBack(await world.get(authorizePath({ resource: "https://other.example" })));
      expect(told).toMatchObject({ error: "invalid_target" });
    });

    it("tells the app that the member declined", async () => {
      const ask = { client_id: "app_public", challenge: createVerifier().challenge, state: "xyz" };
      const told = await calledBack(await consent(world, ask, { decision: "deny" }));
      expect(told).toMatchObject({ error: "access_denied", state: "xyz", iss: ORIGIN });
      expect(told["code"]).toBeUndefined();
    });

    it("takes a decision only from its own page", async () => {
      const ask = { client_id: "app_public", challenge: createVerifier().challenge };
      for (const headers of [
        { Cookie: "" },
        { Cookie: "consent=guess" },
        { Origin: "https://evil.example" },
      ]) {
        const answer = await consent(world, ask, { headers });
        expect(answer.status).toBe(400);
        expect(answer.headers.get("location")).toBeNull();
      }
      expect((await consent(world, ask, { headers: { Origin: ORIGIN } })).status).toBe(303);
    });

    it.each([
      ["no client", { client_id: undefined }],
      ["an unknown client", { client_id: "app_other" }],
      ["a client that no database could know", { client_id: "app\0" }],
      ["no callback", { redirect_uri: undefined }],
      ["a callback that only begins like one", { redirect_uri: `${CALLBACK}/more` }],
      ["a callback with a query", { redirect_uri: `${CALLBACK}?a=b` }],
      ["another port on a public host", { redirect_uri: "https://shop.example:8443/callback" }],
      ["a loopback path that is not registered", { redirect_uri: "http://127.0.0.1:5000/other" }],
    ])("never redirects with %s", async (_, changes) => {
      const answer = await world.get(authorizePath(changes));
      expect(answer.status).toBe(400);
      expect(answer.headers.get("location")).toBeNull();
      expect(await answer.text()).toContain("cannot go on");
    });

    it.each([
      ["invalid_request", { response_type: undefined }],
      ["unsupported_response_type", { response_type: "token" }],
      ["invalid_request", { code_challenge: undefined }],
      ["invalid_request", { code_challenge: "short" }],
      ["invalid_request", { code_challenge_method: "plain" }],
      ["invalid_scope", { scope: "profile everything" }],
      ["invalid_scope", { scope: "profile constructor" }],
    ])("tells the app of %s", async (error, changes) => {
      const told = await calledBack(await world.get(authorizePath(changes)));
      expect(told).toMatchObject({ error, state: "xyz", iss: ORIGIN });
    });

    it("lets an app on the own machine take any free port", async () => {
      const redirect_uri = "http://127.0.0.1:53211/callback";
      const ask = { client_id: "app_public", challenge: createVerifier().challenge, redirect_uri };
      const answer = await consent(world, ask);
      expect(answer.headers.get("location")).toMatch(/^http:\/\/127\.0\.0\.1:53211\/callback\?code=/);
    });

    it("refuses a parameter that comes twice", async () => {
      expect((await world.get(`${authorizePath()}&redirect_uri=https://evil.example`)).status).toBe(400);
    });

    it("lets a code go stale after ten minutes", async () => {
      const { challenge, verifier } = createVerifier();
      const redeemed = async (waitMs: number): Promise<number> => {
        const { code = "" } = await calledBack(await consent(world, { client_id: "app_public", challenge }));
        world.clock.advance(waitMs);
        const answer = await world.post("/app/auth/token", {
          grant_type: "authorization_code",
          client_id: "app_public",
          redirect_uri: CALLBACK,
          code,
          code_verifier: verifier,
        });
        return answer.status;
      };
      expect(await redeemed(10 * MINUTE - 1)).toBe(200);
      expect(await redeemed(10 * MINUTE)).toBe(400);
    });
  });
});
