import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { mayBeRegistered, withParameters } from "../../../sandbox/src/oauth/redirects.js";
import { describeDatabases } from "../../support/databases.js";
import { consent, createVerifier, createWorld, ORIGIN, type OAuthWorld } from "./world.js";

describe("addresses to be called back at", () => {
  it.each([
    ["https://shop.example/callback", true],
    ["https://shop.example/callback?tenant=1", true],
    ["http://127.0.0.1/callback", true],
    ["http://127.0.0.1:8080/callback", true],
    ["http://[::1]/callback", true],
    ["http://localhost:3000/callback", true],
    ["com.example.shop:/callback", true],
    ["http://shop.example/callback", false],
    ["http://127.0.0.1.evil.example/callback", false],
    ["https://shop.example/#part", false],
    ["https://user:password@shop.example/", false],
    ["javascript:alert(1)", false],
    ["data:text/html,x", false],
    ["shop:/callback", false],
    ["/callback", false],
    ["", false],
  ])("%s: %s", (uri, isFine) => {
    expect(mayBeRegistered(uri)).toBe(isFine);
  });
});

it("adds parameters to a callback without a change to those that it has", () => {
  expect(withParameters("https://shop.example/cb", { code: "a b" })).toBe("https://shop.example/cb?code=a+b");
  const own = "https://shop.example/cb?to=a%20b%2Fc&flag";
  expect(withParameters(own, { code: "x", state: undefined })).toBe(`${own}&code=x`);
});

describeDatabases("registering an app", (open) => {
  let world: OAuthWorld;
  beforeAll(async () => {
    world = await createWorld(await open());
  });
  afterAll(() => world.database.close());

  async function register(body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await world.app.request(`${ORIGIN}/app/auth/register`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    });
    return { status: answer.status, body: Object.fromEntries(Object.entries(await answer.json())) };
  }

  it("gives a public client an id and no secret", async () => {
    const { status, body } = await register({
      redirect_uris: ["http://127.0.0.1/cb"],
      token_endpoint_auth_method: "none",
      client_name: "Command line",
      grant_types: ["authorization_code", "refresh_token"],
      software_id: "ignored",
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ client_name: "Command line", token_endpoint_auth_method: "none" });
    expect(body).not.toHaveProperty("client_secret");
    expect(body).not.toHaveProperty("software_id");
  });

  it("gives a confidential client a secret, kept as a hash", async () => {
    const { body } = await register({ redirect_uris: ["https://shop.example/cb"] });
    expect(body).toMatchObject({
      token_endpoint_auth_method: "client_secret_basic",
      client_secret_expires_at: 0,
    });
    const rows = JSON.stringify(await world.database.db.query.oauthApps.findMany());
    expect(rows).not.toContain(String(body["client_secret"]));
  });

  it("holds an app to the scopes that it registered", async () => {
    const redirect_uri = "https://shop.example/cb";
    const { body } = await register({ redirect_uris: [redirect_uri], scope: "profile tasks:read" });
    expect(body).toMatchObject({ scope: "profile tasks:read" });
    const { challenge } = createVerifier();
    const ask = { client_id: String(body["client_id"]), challenge, redirect_uri };
    const askedFor = async (scope?: string): Promise<string> => {
      const answer = await consent(world, { ...ask, ...(scope !== undefined && { scope }) });
      return new URL(answer.headers.get("location") ?? "").search;
    };
    expect(await askedFor("tasks:read")).toMatch(/^\?code=/);
    // All that it registered, where it names none.
    expect(await askedFor()).toMatch(/^\?code=/);
    const query = new URLSearchParams({
      ...ask,
      response_type: "code",
      code_challenge: challenge,
      scope: "tasks:write",
    });
    const refused = await world.get(`/app/auth/authorize?${query}`);
    expect(refused.headers.get("location")).toContain("error=invalid_scope");
  });

  it("lets one address register twenty apps an hour, and others go on", async () => {
    const body = JSON.stringify({ redirect_uris: ["https://shop.example/cb"] });
    const from = async (address: string): Promise<number> => {
      const init = { method: "POST", body, headers: { "content-type": "application/json" } };
      return (await world.app.request(`${ORIGIN}/app/auth/register`, init, { address })).status;
    };
    const statuses: number[] = [];
    for (let count = 0; count < 21; count += 1) statuses.push(await from("192.0.2.1"));
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 429]);
    expect(await from("192.0.2.2")).toBe(201);
  });

  const fine = { redirect_uris: ["https://shop.example/cb"] };
  it.each([
    ["invalid_redirect_uri", {}],
    ["invalid_redirect_uri", { redirect_uris: ["javascript:alert(1)"] }],
    ["invalid_redirect_uri", { redirect_uris: ["https://*.shop.example/cb"] }],
    ["invalid_redirect_uri", { redirect_uris: ["https://shop.example;script-src.example/cb"] }],
    ["invalid_redirect_uri", { redirect_uris: ["https://shop.example,other.example/cb"] }],
    ["invalid_client_metadata", { redirect_uris: "https://shop.example/cb" }],
    ["invalid_client_metadata", { ...fine, grant_types: ["implicit"] }],
    ["invalid_client_metadata", { ...fine, response_types: ["token"] }],
    ["invalid_client_metadata", { ...fine, token_endpoint_auth_method: "private_key_jwt" }],
    ["invalid_client_metadata", { ...fine, logo_uri: "javascript:alert(1)" }],
    ["invalid_client_metadata", { ...fine, client_name: 7 }],
    ["invalid_client_metadata", { ...fine, scope: "everything" }],
    ["invalid_client_metadata", { ...fine, client_name: "a\0b" }],
    ["invalid_client_metadata", { ...fine, logo_uri: "https://shop.example/\0" }],
    ["invalid_client_metadata", { redirect_uris: ["https://shop.example/\0"] }],
    ["invalid_client_metadata", "{"],
    ["invalid_client_metadata", []],
    ["invalid_request", JSON.stringify({ ...fine, client_name: "x".repeat(70_000) })],
  ])("refuses with %s: %j", async (error, body) => {
    const answer = await register(body);
    expect(answer).toMatchObject({ status: 400, body: { error } });
  });
});
