import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { MINUTE } from "../../../sandbox/src/clock.js";
import { describeDatabases } from "../../support/databases.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";

describeDatabases("keys", (open) => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ database: await open() });
  });
  afterAll(() => sandbox.close());

  const PATH = "/workspaces/current/api-keys";

  async function create(body: unknown = { description: "CI" }) {
    sandbox.clock.advance(1);
    const response = await sandbox.call("POST", PATH, { body });
    return { status: response.status, body: await response.json() };
  }

  function me(secret: string): Promise<Response> {
    return sandbox.call("GET", "/me", { as: "nobody", headers: { authorization: `Bearer ${secret}` } });
  }

  describe("API keys", () => {
    it("tell their secret once, work at once, and stop at once when revoked", async () => {
      const { status, body } = await create();
      expect(status).toBe(201);
      expect(body.secret).toMatch(/^wsk_live_[0-9A-Za-z]{40}$/);
      expect(body.secret.startsWith(body.prefix)).toBe(true);
      expect(await (await me(body.secret)).json()).toMatchObject({
        credential: "api_key",
        apiKeyId: body.apiKeyId,
      });

      const path = `${PATH}/${body.apiKeyId}`;
      const fetched = await (await sandbox.call("GET", path)).json();
      expect(fetched).toMatchObject({ createdBy: "u_olive", lastUsedAt: sandbox.clock.now().toISOString() });
      expect(fetched).not.toHaveProperty("secret");
      const stored = JSON.stringify(await sandbox.database.db.query.apiKeys.findMany());
      expect(stored).not.toContain(body.secret);

      expect((await sandbox.call("DELETE", path)).status).toBe(204);
      expect(await (await me(body.secret)).json()).toMatchObject({ code: "credential_invalid" });
      const revoked = await (await sandbox.call("GET", path)).json();
      sandbox.clock.advance(1000);
      expect((await sandbox.call("DELETE", path)).status).toBe(204);
      expect(await (await sandbox.call("GET", path)).json()).toEqual(revoked);
    });

    it("stop when they expire, and cannot be made expired", async () => {
      const expiresAt = new Date(sandbox.clock.now().getTime() + 30 * MINUTE).toISOString();
      const { body } = await create({ description: "Half an hour", expiresAt });
      sandbox.clock.advance(30 * MINUTE - 2);
      expect((await me(body.secret)).status).toBe(200);
      sandbox.clock.advance(1);
      const refused = await me(body.secret);
      expect(await refused.json()).toMatchObject({ code: "credential_invalid" });
      expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
      expect((await create({ description: "Late", expiresAt })).body).toMatchObject({
        code: "validation_failed",
        errors: [{ pointer: "/expiresAt", code: "not_allowed" }],
      });
    });

    it("are twenty at most, also when made at once; revoked ones do not count", async () => {
      const answers = await Promise.all(Array.from({ length: 22 }, () => create()));
      expect(answers.filter(({ status }) => status === 201).length).toBeLessThan(20);
      const list = await (await sandbox.call("GET", `${PATH}?limit=200`)).json();
      const now = sandbox.clock.now().toISOString();
      const active = list.apiKeys.filter(
        (key: { revokedAt: string | null; expiresAt: string | null }) =>
          key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now),
      );
      expect(active).toHaveLength(20);
      expect((await create()).body).toMatchObject({ code: "api_key_limit_reached" });
      await sandbox.call("DELETE", `${PATH}/${active[0].apiKeyId}`);
      expect((await create()).status).toBe(201);
    });

    it("are listed in pages, the newest first", async () => {
      const ids: string[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const page = await sandbox.call("GET", `${PATH}?limit=7${cursor && `&cursor=${cursor}`}`);
        const body = await page.json();
        ids.push(...body.apiKeys.map((key: { apiKeyId: string }) => key.apiKeyId));
        cursor = body.nextCursor;
      }
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeGreaterThan(20);
      expect(ids.at(-1)).toBe("key_tests");
    });

    it.each([
      ["key", "oauth_required"],
      ["member", "permission_denied"],
      ["nobody", "credential_missing"],
    ] as const)("are no business of %s: %s", async (as, code) => {
      for (const [method, path] of [
        ["GET", PATH],
        ["POST", PATH],
        ["GET", `${PATH}/key_tests`],
        ["DELETE", `${PATH}/key_tests`],
      ] as const) {
        const body = method === "POST" ? { description: "Mine" } : undefined;
        expect(await (await sandbox.call(method, path, { as, body })).json()).toMatchObject({ code });
      }
    });

    it("of another workspace do not exist, and need the scope", async () => {
      const foreign = await sandbox.call("DELETE", `${PATH}/key_contoso`);
      expect(await foreign.json()).toMatchObject({ code: "api_key_not_found" });
      const token = await sandbox.tokenOf("owner", ["profile"]);
      const headers = { authorization: `Bearer ${token}` };
      const refused = await sandbox.call("GET", PATH, { as: "nobody", headers });
      expect(await refused.json()).toMatchObject({ code: "insufficient_scope" });
      expect(refused.headers.get("www-authenticate")).toContain('scope="api-keys:manage"');
    });
  });
});
