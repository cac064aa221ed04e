import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { DAY, HOUR, MINUTE, SECOND } from "../../../sandbox/src/clock.js";
import { describeDatabases } from "../../support/databases.js";
import { CALLBACK, consent, createVerifier, createWorld, SECRET, signIn, type OAuthWorld } from "./world.js";

describeDatabases("the OAuth server's tokens", (open) => {
  let world: OAuthWorld;
  beforeAll(async () => {
    world = await createWorld(await open());
  });
  afterAll(() => world.database.close());

  async function refreshed(token: unknown, more: Record<string, string> = {}) {
    const answer = await world.post("/app/auth/token", {
      grant_type: "refresh_token",
      client_id: "app_public",
      refresh_token: String(token),
      ...more,
    });
    return { status: answer.status, body: Object.fromEntries(Object.entries(await answer.json())) };
  }

  async function codeFor(clientId: string, challenge: string): Promise<string> {
    const back = await consent(world, { client_id: clientId, challenge });
    return new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
  }

  describe("access tokens", () => {
    it("last an hour", async () => {
      const { access_token } = await signIn(world);
      world.clock.advance(HOUR - 1);
      expect(await world.whoHas(access_token)).toMatchObject({ kind: "member", userId: "u_ada" });
      world.clock.advance(1);
      expect(await world.whoHas(access_token)).toMatchObject({ code: "token_expired" });
    });

    it("are kept as hashes alone, and never by refresh tokens' rights", async () => {
      const { access_token, refresh_token } = await signIn(world);
      const rows = JSON.stringify(await world.database.db.query.oauthTokens.findMany());
      expect(rows).not.toContain(String(access_token));
      expect(rows).not.toContain(String(refresh_token));
      expect(await world.whoHas(refresh_token)).toEqual({ code: "credential_invalid" });
    });
  });

  describe("refreshing", () => {
    it("replaces the refresh token, and ends the whole family when an old one comes again", async () => {
      const first = await signIn(world);
      const second = await refreshed(first["refresh_token"]);
      expect(second.status).toBe(200);
      expect(await world.whoHas(second.body["access_token"])).toMatchObject({ userId: "u_ada" });

      world.clock.advance(30 * SECOND);
      const reused = await refreshed(first["refresh_token"]);
      expect(reused).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
      expect(await world.whoHas(first["access_token"])).toEqual({ code: "credential_invalid" });
      expect(await world.whoHas(second.body["access_token"])).toEqual({ code: "credential_invalid" });
      expect((await refreshed(second.body["refresh_token"])).body).toMatchObject({ error: "invalid_grant" });
    });

    it("gives tokens to all of ten that refresh at once", async () => {
      const { refresh_token } = await signIn(world);
      const all = await Promise.all(Array.from({ length: 10 }, () => refreshed(refresh_token)));
      expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
      for (const { body } of all)
        expect(await world.whoHas(body["access_token"])).toMatchObject({ userId: "u_ada" });
      world.clock.advance(30 * SECOND);
      expect((await refreshed(all[3]?.body["refresh_token"])).status).toBe(200);
    });

    it("lets nobody stretch the half minute by coming again within it", async () => {
      const { refresh_token } = await signIn(world);
      await refreshed(refresh_token);
      world.clock.advance(20 * SECOND);
      expect((await refreshed(refresh_token)).status).toBe(200);
      world.clock.advance(10 * SECOND);
      expect((await refreshed(refresh_token)).status).toBe(400);
    });

    it("needs the scope offline_access", async () => {
      expect((await signIn(world, "profile"))["refresh_token"]).toBeUndefined();
    });

    it("may ask for fewer scopes, never for more, and keeps what was granted", async () => {
      const { refresh_token } = await signIn(world, "profile tasks:read offline_access");
      expect((await refreshed(refresh_token, { scope: "tasks:write" })).body).toMatchObject({
        error: "invalid_scope",
      });
      const fewer = await refreshed(refresh_token, { scope: "tasks:read" });
      expect(fewer.body).toMatchObject({ scope: "tasks:read" });
      const all = await refreshed(fewer.body["refresh_token"]);
      expect(all.body).toMatchObject({ scope: "profile tasks:read offline_access" });
    });

    it("works for thirty days, counted anew from each use", async () => {
      const first = await signIn(world);
      world.clock.advance(30 * DAY - MINUTE);
      const second = await refreshed(first["refresh_token"]);
      expect(second.status).toBe(200);
      world.clock.advance(30 * DAY);
      expect((await refreshed(second.body["refresh_token"])).body).toMatchObject({ error: "invalid_grant" });
    });

    it("is refused to another app", async () => {
      const { refresh_token } = await signIn(world);
      const stolen = await refreshed(refresh_token, { client_id: "app_secret", client_secret: SECRET });
      expect(stolen.body).toMatchObject({ error: "invalid_grant" });
      expect((await refreshed(refresh_token)).status).toBe(200);
    });
  });

  describe("redeeming a code", () => {
    const redeem = (
      code: string,
      verifier: string,
      more: Record<string, string> = {},
      headers: HeadersInit = {},
    ) =>
      world.post(
        "/app/auth/token",
        {
          grant_type: "authorization_code",
          client_id: "app_public",
          redirect_uri: CALLBACK,
          code,
          code_verifier: verifier,
          ...more,
        },
        headers,
      );

    it("works once; the second time ends what came of the first", async () => {
      const { challenge, verifier } = createVerifier();
      const code = await codeFor("app_public", challenge);
      const { access_token } = await (await redeem(code, verifier)).json();
      expect(await (await redeem(code, verifier)).json()).toMatchObject({ error: "invalid_grant" });
      expect(await world.whoHas(access_token)).toEqual({ code: "credential_invalid" });
    });

    it.each([
      ["another verifier", { code_verifier: createVerifier().verifier }, "invalid_grant"],
      ["a verifier that is too short", { code_verifier: "abc" }, "invalid_request"],
      ["no verifier", { code_verifier: "" }, "invalid_request"],
      ["another callback", { redirect_uri: "http://127.0.0.1/callback" }, "invalid_grant"],
      ["another grant", { grant_type: "password" }, "unsupported_grant_type"],
      ["an unknown client", { client_id: "app_other" }, "invalid_client"],
      ["a client that no database could know", { client_id: "app\0" }, "invalid_client"],
      ["a secret of a public client", { client_secret: "x" }, "invalid_client"],
    ])("is refused with %s", async (_, changes, error) => {
      const { challenge, verifier } = createVerifier();
      const answer = await redeem(await codeFor("app_public", challenge), verifier, changes);
      expect(await answer.json()).toMatchObject({ error });
      expect(answer.headers.get("cache-control")).toBe("no-store");
    });

    it("takes a confidential client's secret from the body or by Basic, and from nowhere else", async () => {
      const basic = (secret: string) => ({
        Authorization: `Basic ${Buffer.from(`app_secret:${secret}`).toString("base64")}`,
      });
      const outcome = async (more: Record<string, string>, headers: HeadersInit = {}) => {
        const { challenge, verifier } = createVerifier();
        const code = await codeFor("app_secret", challenge);
        const answer = await redeem(code, verifier, { client_id: "app_secret", ...more }, headers);
        return [answer.status, answer.headers.get("www-authenticate")];
      };
      expect(await outcome({ client_secret: SECRET })).toEqual([200, null]);
      expect(await outcome({}, basic(SECRET))).toEqual([200, null]);
      expect(await outcome({})).toEqual([401, null]);
      expect(await outcome({ client_secret: "wrong" })).toEqual([401, null]);
      expect(await outcome({}, basic("wrong"))).toEqual([401, 'Basic realm="workspace"']);
      expect(await outcome({ client_secret: SECRET }, basic(SECRET))).toEqual([400, null]);
    });

    it("takes forms alone", async () => {
      const answer = await world.app.request("http://127.0.0.1:4010/app/auth/token", {
        method: "POST",
        body: JSON.stringify({ grant_type: "authorization_code" }),
        headers: { "Content-Type": "application/json" },
      });
      expect(await answer.json()).toMatchObject({ error: "invalid_request" });
    });
  });

  describe("revoking", () => {
    const revoke = (token: unknown, client_id = "app_public") =>
      world.post("/app/auth/revoke", { token: String(token), client_id });

    it("ends one access token, or with the refresh token all of the sign-in", async () => {
      const one = await signIn(world);
      expect((await revoke(one["access_token"])).status).toBe(200);
      expect(await world.whoHas(one["access_token"])).toEqual({ code: "credential_invalid" });
      const next = await refreshed(one["refresh_token"]);
      expect(next.status).toBe(200);
      await revoke(next.body["refresh_token"]);
      expect(await world.whoHas(next.body["access_token"])).toEqual({ code: "credential_invalid" });
    });

    it("says the same for tokens that are not known, and does nothing to another app's", async () => {
      const { access_token } = await signIn(world);
      const other = await world.post("/app/auth/revoke", {
        token: String(access_token),
        client_id: "app_secret",
        client_secret: SECRET,
      });
      expect(other.status).toBe(200);
      expect((await revoke("wat_unknown")).status).toBe(200);
      expect(await world.whoHas(access_token)).toMatchObject({ userId: "u_ada" });
    });
  });

  describe("browsers", () => {
    it("may call the token endpoint from any origin, and the page from none", async () => {
      const preflight = await world.app.request("http://127.0.0.1:4010/app/auth/token", {
        method: "OPTIONS",
        headers: { Origin: "https://shop.example", "Access-Control-Request-Method": "POST" },
      });
      expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
      const page = await world.get("/app/auth/authorize", { headers: { Origin: "https://shop.example" } });
      expect(page.headers.get("access-control-allow-origin")).toBeNull();
    });
  });
});
