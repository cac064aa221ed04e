import { createHash, randomBytes } from "node:crypto";

import { contract } from "@workspace-api/server";
import type { Hono } from "hono";

import { authenticate } from "../../../sandbox/src/auth/authenticate.js";
import { createManualClock, type ManualClock } from "../../../sandbox/src/clock.js";
import type { Database } from "../../../sandbox/src/database/open.js";
import { memberships, oauthApps, users, workspaces } from "../../../sandbox/src/database/schema.js";
import { createIds } from "../../../sandbox/src/ids.js";
import { oauthRoutes } from "../../../sandbox/src/oauth/routes.js";
import { hashSecret } from "../../../sandbox/src/auth/secrets.js";

export const ORIGIN = "http://127.0.0.1:4010";
export const CALLBACK = "https://shop.example/callback";
export const SECRET = "wcs_of-the-confidential-app";

/** The OAuth server over a database of its own, with a member, a public app and a confidential one. */
export interface OAuthWorld {
  readonly app: Hono;
  readonly database: Database;
  readonly clock: ManualClock;
  get(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, form: Readonly<Record<string, string>>, headers?: HeadersInit): Promise<Response>;
  /** Who an access token belongs to, or why it is refused. */
  whoHas(token: unknown): Promise<Record<string, unknown>>;
}

export async function createWorld(database: Database): Promise<OAuthWorld> {
  const clock = createManualClock();
  const createdAt = clock.now();
  const { db } = database;
  await db.insert(workspaces).values({ workspaceId: "w_one", name: "One", createdAt, updatedAt: createdAt });
  await db
    .insert(users)
    .values({ userId: "u_ada", name: 'Ada <b>"A"</b>', email: "ada@one.example", createdAt });
  await db.insert(memberships).values({
    workspaceId: "w_one",
    userId: "u_ada",
    role: "owner",
    status: "active",
    joinedAt: createdAt,
    updatedAt: createdAt,
  });
  const redirectUris = [CALLBACK, "http://127.0.0.1/callback"];
  await db.insert(oauthApps).values([
    { clientId: "app_public", name: "Shop <script>", redirectUris, createdAt },
    { clientId: "app_secret", name: "Back office", redirectUris, secretHash: hashSecret(SECRET), createdAt },
  ]);
  const scopes = contract.securitySchemes["oauth"]?.scopes ?? {};
  const app = oauthRoutes({
    database,
    clock,
    ids: createIds(() => clock.now()),
    scopes,
    isLimited: true,
  });
  return {
    app,
    database,
    clock,
    get: async (path, init) => app.request(ORIGIN + path, init),
    post: async (path, form, headers = {}) =>
      app.request(ORIGIN + path, { method: "POST", body: new URLSearchParams(form), headers }),
    whoHas: async (token) => ({ ...(await authenticate(`Bearer ${String(token)}`, { db, clock })) }),
  };
}

export function createVerifier(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

interface Ask {
  readonly client_id: string;
  readonly challenge: string;
  readonly redirect_uri?: string;
  readonly scope?: string;
  readonly state?: string;
  readonly nonce?: string;
}

/** What the form of a page sends along unseen. */
export function hiddenFields(page: string): URLSearchParams {
  const form = new URLSearchParams();
  for (const [, name = "", value = ""] of page.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
    form.append(name, value.replaceAll("&amp;", "&").replaceAll("&quot;", '"'));
  }
  return form;
}

/** A member opens the page, and presses a button. */
export async function consent(
  world: OAuthWorld,
  { challenge, ...ask }: Ask,
  decision: { allow?: readonly string[]; decision?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const query = new URLSearchParams({
    response_type: "code",
    redirect_uri: CALLBACK,
    code_challenge: challenge,
    ...ask,
  });
  const page = await world.get(`/app/auth/authorize?${query}`);
  const text = await page.text();
  const form = hiddenFields(text);
  const offered = [...text.matchAll(/name="allow" value="([^"]+)"/g)].map(([, scope = ""]) => scope);
  for (const scope of decision.allow ?? offered) form.append("allow", scope);
  form.append("user", "u_ada");
  form.append("decision", decision.decision ?? "allow");
  const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? "";
  return world.app.request(`${ORIGIN}/app/auth/authorize`, {
    method: "POST",
    body: form,
    headers: { Cookie: cookie, ...decision.headers },
  });
}

/** A whole sign-in: what the token endpoint answers. */
export async function signIn(
  world: OAuthWorld,
  scope = "openid profile offline_access",
): Promise<Record<string, unknown>> {
  const { verifier, challenge } = createVerifier();
  const back = await consent(world, { client_id: "app_public", challenge, scope });
  const code = new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const answer = await world.post("/app/auth/token", {
    grant_type: "authorization_code",
    client_id: "app_public",
    redirect_uri: CALLBACK,
    code,
    code_verifier: verifier,
  });
  return Object.fromEntries(Object.entries(await answer.json()));
}
