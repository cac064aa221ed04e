import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { after, DAY, HOUR, MINUTE } from "../../sandbox/src/clock.js";
import { createSandbox, type Sandbox } from "../../sandbox/src/create-sandbox.js";
import { describeDatabases } from "../support/databases.js";
import {
  CALLBACK,
  consent,
  createVerifier,
  createWorld,
  ORIGIN,
  signIn,
  type OAuthWorld,
} from "./oauth/world.js";

describeDatabases("what is over is forgotten", (open) => {
  let world: OAuthWorld;
  let instances: Sandbox[];
  const filesDir = mkdtempSync(join(tmpdir(), "sandbox-prune-"));
  beforeAll(async () => {
    world = await createWorld(await open());
    const { database, clock } = world;
    const options = { rateLimits: false, runDeliveries: false, filesDir };
    instances = await Promise.all([1, 2].map(() => createSandbox({ ...options, database, clock })));
    await tidy();
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await world.database.close();
    rmSync(filesDir, { recursive: true });
  });

  /** Both instances do it at the same time. */
  async function tidy(): Promise<void> {
    await Promise.all(instances.map(({ deliveries }) => deliveries.runDue()));
  }

  /** How many rows are left of each kind. */
  async function left(): Promise<Record<string, number>> {
    const { query } = world.database.db;
    return {
      codes: (await query.oauthCodes.findMany()).length,
      tokens: (await query.oauthTokens.findMany()).length,
      grants: (await query.oauthGrants.findMany()).length,
      records: (await query.idempotencyRecords.findMany()).length,
      files: (await query.files.findMany()).length,
    };
  }

  async function call(token: unknown, method: string, path: string, body?: object): Promise<Response> {
    const [instance] = instances;
    if (instance === undefined) throw new Error("There are two.");
    return instance.fetch(
      new Request(`${ORIGIN}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${String(token)}`,
          ...(body && { "content-type": "application/json" }),
          ...(method === "POST" && { "idempotency-key": "one" }),
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  }

  it("sign-ins, step by step, and answers kept for keys", async () => {
    const { clock } = world;
    // One that is never finished, one without and one with a refresh token.
    await consent(world, { client_id: "app_public", challenge: createVerifier().challenge });
    await signIn(world, "openid");
    const { access_token: token, refresh_token: refreshToken } = await signIn(
      world,
      "openid offline_access tasks:write",
    );
    expect((await call(token, "POST", "/workspaces/current/tasks", { title: "One" })).status).toBe(201);
    expect(await left()).toEqual({ codes: 3, tokens: 3, grants: 3, records: 1, files: 0 });
    await tidy();
    expect(await left()).toMatchObject({ codes: 3, tokens: 3, grants: 3, records: 1 });

    clock.advance(DAY + HOUR - MINUTE);
    await tidy();
    expect(await left()).toMatchObject({ codes: 0, tokens: 3, grants: 2, records: 0 });
    expect(await world.whoHas(token)).toMatchObject({ code: "token_expired" });
    clock.advance(HOUR + MINUTE);
    await tidy();
    expect(await left()).toMatchObject({ tokens: 1, grants: 1 });

    const form = { grant_type: "refresh_token", client_id: "app_public" };
    const renew = () => world.post("/app/auth/token", { ...form, refresh_token: String(refreshToken) });
    expect((await renew()).status).toBe(200);
    clock.advance(29 * DAY - 3 * HOUR);
    await tidy();
    // A refresh token that was used is known for as long as it would have worked: here it comes a second time.
    expect((await left())["grants"]).toBe(1);
    expect((await renew()).status).toBe(400);
    clock.advance(DAY);
    await tidy();
    expect(await left()).toEqual({ codes: 0, tokens: 0, grants: 0, records: 0, files: 0 });
  });

  it("uploads that never came, and bytes that could not be removed with their file", async () => {
    const { clock, database } = world;
    const tokenNow = async (): Promise<unknown> =>
      (await signIn(world, "openid files:write"))["access_token"];
    const bytes = Buffer.from("An image, let us say.");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const image = { name: "a.png", mediaType: "image/png", size: bytes.length, sha256 };
    const announce = async (): Promise<{ fileId: string; uploadUrl: string }> => {
      const response = await call(await tokenNow(), "POST", "/workspaces/current/files", image);
      expect(response.status).toBe(201);
      return (await response.json()) as { fileId: string; uploadUrl: string };
    };
    const [never, sent, stubborn] = [await announce(), await announce(), await announce()];
    for (const { uploadUrl } of [sent, stubborn]) {
      const headers = { "content-type": "image/png", "content-length": String(bytes.length) };
      const put = new Request(uploadUrl, { method: "PUT", headers, body: bytes });
      expect((await instances[0]?.fetch(put))?.status).toBe(204);
    }
    expect(readdirSync(filesDir).sort()).toEqual([sent.fileId, stubborn.fileId].sort());

    // The store is away while a file is deleted.
    await rename(filesDir, `${filesDir}-away`);
    await writeFile(filesDir, "in the way");
    const path = `/workspaces/current/files/${stubborn.fileId}`;
    expect((await call(await tokenNow(), "DELETE", path)).status).toBe(204);
    expect((await call(await tokenNow(), "GET", path)).status).toBe(404);
    rmSync(filesDir);
    await rename(`${filesDir}-away`, filesDir);
    expect(readdirSync(filesDir)).toContain(stubborn.fileId);

    clock.advance(HOUR + MINUTE);
    await tidy();
    expect(readdirSync(filesDir)).toEqual([sent.fileId]);
    expect((await database.db.query.files.findMany()).map(({ fileId }) => fileId).sort()).toEqual(
      [never.fileId, sent.fileId].sort(),
    );
    clock.advance(7 * DAY);
    await tidy();
    const rows = await database.db.query.files.findMany();
    expect(rows.map(({ fileId, status }) => [fileId, status])).toEqual([[sent.fileId, "ready"]]);
    expect(rows[0]?.createdAt).toEqual(after(clock.now(), -7 * DAY - HOUR - MINUTE));
  });

  it("apps that registered themselves and that nobody uses", async () => {
    const { clock, database } = world;
    const register = async (name: string): Promise<string> => {
      const body = { redirect_uris: [CALLBACK], client_name: name, token_endpoint_auth_method: "none" };
      const init = { method: "POST", body: JSON.stringify(body) };
      const answer = await world.app.request(`${ORIGIN}/app/auth/register`, init);
      return String(Object(await answer.json()).client_id);
    };
    const [idle, used] = [await register("Idle"), await register("Used")];
    await consent(world, { client_id: used, challenge: createVerifier().challenge });
    const ids = async (): Promise<string[]> =>
      (await database.db.query.oauthApps.findMany()).map(({ clientId }) => clientId);
    const passed = async (ms: number): Promise<string[]> => {
      clock.advance(ms);
      await tidy();
      return ids();
    };
    expect(await passed(7 * DAY - 2 * HOUR)).toEqual(expect.arrayContaining([idle, used]));
    expect(await passed(2 * HOUR)).not.toContain(idle);
    expect(await passed(82 * DAY)).toContain(used);
    const last = await passed(DAY + HOUR);
    expect(last).not.toContain(used);
    // Those of a workspace stay, used or not.
    expect(last).toEqual(expect.arrayContaining(["app_public", "app_secret"]));
  });
});
