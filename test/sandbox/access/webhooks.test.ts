import { createServer } from "node:http";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createSigningSecret } from "../../../sandbox/src/auth/secrets.js";
import { DAY, MINUTE } from "../../../sandbox/src/clock.js";
import { describeDatabases } from "../../support/databases.js";
import { startSandbox, type CallOptions, type TestSandbox } from "../../support/sandbox.js";
import { startReceiver, type Receiver } from "../deliveries/receiver.js";

describeDatabases("subscriptions", (open) => {
  let sandbox: TestSandbox;
  let receiver: Receiver;
  beforeAll(async () => {
    sandbox = await startSandbox({ database: await open() });
    receiver = await startReceiver(204);
  });
  afterAll(async () => {
    await sandbox.close();
    await receiver.close();
  });

  const PATH = "/workspaces/current/webhooks";

  async function call(method: string, path: string, options: CallOptions = {}) {
    const response = await sandbox.call(method, path, options);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  async function create(values: Record<string, unknown> = {}): Promise<Record<string, string>> {
    // So that it is younger than what the tests before did.
    sandbox.clock.advance(1);
    const { status, body } = await call("POST", PATH, { body: { url: receiver.url, ...values } });
    expect(status).toBe(201);
    return body;
  }

  async function makeTask(title = "Ship it"): Promise<void> {
    const { status } = await call("POST", "/workspaces/current/tasks", { body: { title } });
    expect(status).toBe(201);
  }

  describe("webhooks", () => {
    it("tell of what happens in the workspace", async () => {
      const { webhookId, verificationKey, signingSecret } = await create({ events: ["task.created"] });
      const before = receiver.arrivals.length;
      await makeTask("Tell me");
      await sandbox.deliveries.runDue();
      const arrival = receiver.arrivals[before];
      expect(JSON.parse(arrival?.body ?? "")).toMatchObject({
        type: "task.created",
        workspaceid: "w_northwind",
        source: "/workspaces/w_northwind",
        data: { task: { title: "Tell me" }, actor: { type: "user", id: "u_olive" } },
      });
      expect(arrival?.headers["x-webhook-key"]).toBe(verificationKey);
      expect(verificationKey).not.toBe(signingSecret);
      expect(`${arrival?.body}${JSON.stringify(arrival?.headers)}`).not.toContain(signingSecret);
      const log = await call("GET", `${PATH}/${webhookId}/deliveries`);
      expect(log.body.deliveries).toMatchObject([{ delivered: true, attempt: 1, eventType: "task.created" }]);
    });

    it("tell their secrets at creation and rotation alone", async () => {
      const signingSecret = createSigningSecret();
      const verificationKey = "my-own-key-of-24-characters";
      const { webhookId = "" } = await create({ verificationKey, signingSecret });
      const path = `${PATH}/${webhookId}`;
      const rotated = await call("POST", `${path}/rotate-key`);
      expect(rotated.body).toMatchObject({
        verificationKey: expect.stringMatching(/^whkey_/),
        signingSecret: expect.stringMatching(/^whsec_/),
      });
      expect(rotated.body.signingSecret).not.toBe(signingSecret);
      for (const { body } of [await call("GET", path), await call("GET", PATH)]) {
        expect(JSON.stringify(body)).not.toMatch(/whsec_|whkey_|my-own-key/);
      }
      await call("DELETE", path);
    });

    it("are changed under If-Match; a new address is unverified, and reviving begins to count anew", async () => {
      const { webhookId = "" } = await create();
      const path = `${PATH}/${webhookId}`;
      await call("POST", `${path}/verify`);
      const { headers, body } = await call("GET", path);
      expect(body).toMatchObject({ verified: true, version: 2 });
      const etag = headers.get("etag") ?? "";
      const changed = await call("PATCH", path, {
        body: { url: `${receiver.url}/new`, events: null, status: "disabled" },
        headers: { "If-Match": etag },
      });
      expect(changed.body).toMatchObject({
        verified: false,
        checkedAt: null,
        status: "disabled",
        version: 3,
      });
      const late = await call("PATCH", path, { body: { description: "x" }, headers: { "If-Match": etag } });
      expect(late.body).toMatchObject({ code: "precondition_failed" });
      expect((await call("PATCH", path, { body: { status: "active" } })).body).toMatchObject({
        status: "active",
      });
      expect((await call("DELETE", path, { headers: { "If-Match": etag } })).status).toBe(412);
      expect((await call("DELETE", path)).status).toBe(204);
      expect((await call("GET", path)).body).toMatchObject({ code: "webhook_not_found" });
    });

    it("are read, and their events sent again, with an API key too, but not managed", async () => {
      const { webhookId = "" } = await create({ events: ["task.created"] });
      await makeTask("Again");
      await sandbox.deliveries.runDue();
      const path = `${PATH}/${webhookId}`;
      const asKey = { as: "key" } as const;
      for (const readable of [PATH, path]) {
        const { status, body } = await call("GET", readable, asKey);
        expect([status, /whsec_|whkey_/.test(JSON.stringify(body))]).toEqual([200, false]);
      }
      const { deliveries } = (await call("GET", `${path}/deliveries`, asKey)).body;
      const [{ deliveryId }] = deliveries as [{ deliveryId: string }];
      const again = await call("POST", `${path}/deliveries/${deliveryId}/redeliver`, asKey);
      expect(again.body).toMatchObject({ delivered: true, attempt: 2 });
      for (const [method, managed] of [
        ["POST", PATH],
        ["POST", `${path}/rotate-key`],
        ["DELETE", path],
      ] as const) {
        const body = managed === PATH ? { body: { url: receiver.url } } : {};
        expect((await call(method, managed, { ...asKey, ...body })).body).toMatchObject({
          code: "oauth_required",
        });
      }
      await call("DELETE", path);
    });

    it("are verified by a HEAD with the key", async () => {
      const target = await startReceiver(204, 401, "never");
      const { webhookId, verificationKey } = await create({ url: target.url });
      const outcomes: unknown[] = [];
      for (let count = 0; count < 3; count += 1) {
        const { body } = await call("POST", `${PATH}/${webhookId}/verify`);
        outcomes.push([body.verified, body.status, body.error]);
      }
      expect(outcomes).toEqual([
        [true, 204, null],
        [false, 401, "http_status"],
        [false, null, "timeout"],
      ]);
      expect(target.arrivals[0]).toMatchObject({
        method: "HEAD",
        headers: { "x-webhook-key": verificationKey },
      });
      expect((await call("GET", `${PATH}/${webhookId}`)).body).toMatchObject({ verified: false });
      await call("DELETE", `${PATH}/${webhookId}`);
      await target.close();
    });

    it("let the receiver call the API while it is being verified, and repeat by key without asking it again", async () => {
      let status = 0;
      let heads = 0;
      const target = createServer(async (_, response) => {
        heads += 1;
        ({ status } = await call("POST", "/workspaces/current/tasks", { body: { title: "In between" } }));
        response.writeHead(204).end();
      });
      await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
      const address = target.address();
      const port = typeof address === "object" ? address?.port : 0;
      const { webhookId } = await create({ url: `http://127.0.0.1:${port}/`, events: ["team.created"] });
      const headers = { "Idempotency-Key": "verify-1" };
      const first = await call("POST", `${PATH}/${webhookId}/verify`, { headers });
      const second = await call("POST", `${PATH}/${webhookId}/verify`, { headers });
      expect([first.body.verified, status, heads]).toEqual([true, 201, 1]);
      expect(second.body).toEqual(first.body);
      expect(second.headers.get("idempotency-replayed")).toBe("true");
      await call("DELETE", `${PATH}/${webhookId}`);
      target.close();
    });

    it("send an event again on demand, counted on; clearing the log ends that", async () => {
      const target = await startReceiver(500, 500, 500, 500, 204);
      const { webhookId } = await create({ url: target.url, events: ["task.created"] });
      await makeTask();
      for (const ms of [0, MINUTE, 5 * MINUTE]) {
        sandbox.clock.advance(ms);
        await sandbox.deliveries.runDue();
      }
      const path = `${PATH}/${webhookId}/deliveries`;
      const failed = await call("GET", `${path}?delivered=false`);
      expect(failed.body.deliveries.map(({ attempt }: { attempt: number }) => attempt)).toEqual([4, 3, 2, 1]);
      const again = await call("POST", `${path}/${failed.body.deliveries[3].deliveryId}/redeliver`);
      expect(again.body).toMatchObject({ attempt: 5, delivered: true, status: 204 });
      expect(target.arrivals[4]?.headers).toMatchObject({
        "x-retry-num": "4",
        "x-retry-reason": "http_status 500",
      });
      expect((await call("GET", `${path}?delivered=true`)).body.deliveries).toHaveLength(1);

      expect((await call("DELETE", path)).status).toBe(204);
      expect((await call("GET", path)).body.deliveries).toEqual([]);
      const gone = await call("POST", `${path}/${again.body.deliveryId}/redeliver`);
      expect(gone.body).toMatchObject({ code: "delivery_not_found" });
      await target.close();
    });

    it("forget deliveries after seven days", async () => {
      const { webhookId } = await create({ events: ["task.created"] });
      await makeTask();
      await sandbox.deliveries.runDue();
      const path = `${PATH}/${webhookId}/deliveries`;
      sandbox.clock.advance(7 * DAY - 1);
      const fresh = await sandbox.tokenOf("owner", ["webhooks:manage"]);
      const options = { as: "nobody", headers: { authorization: `Bearer ${fresh}` } } as const;
      expect((await call("GET", path, options)).body.deliveries).toHaveLength(1);
      sandbox.clock.advance(1);
      expect((await call("GET", path, options)).body.deliveries).toEqual([]);
    });
  });

  describe("refusals", () => {
    let fresh: TestSandbox;
    beforeAll(async () => {
      fresh = await startSandbox({ database: await open(), allowLocalWebhooks: false });
    });
    afterAll(() => fresh.close());

    const post = async (body: unknown) => (await fresh.call("POST", PATH, { body })).json();

    it.each([
      ["webhook_url_not_allowed", { url: "http://hooks.example/" }],
      ["webhook_url_not_allowed", { url: "https://127.0.0.1/" }],
      ["webhook_url_not_allowed", { url: "https://[::ffff:10.0.0.1]/" }],
      ["validation_failed", { url: "https://hooks.example/", signingSecret: `whsec_${"A".repeat(33)}` }],
      ["validation_failed", { url: "https://hooks.example/", events: ["task.exploded"] }],
      ["validation_failed", {}],
    ])("%s: %j", async (code, body) => {
      expect(await post(body)).toMatchObject({ code });
    });

    it("come from a change of address too, and after ten webhooks", async () => {
      const made = await Promise.all(
        Array.from({ length: 12 }, () => post({ url: "https://hooks.example/" })),
      );
      expect(made.filter(({ code }) => code === "webhook_limit_reached")).toHaveLength(2);
      const { webhookId } = made.find((body) => body.webhookId !== undefined);
      const body = { url: "https://localhost/" };
      const answer = await fresh.call("PATCH", `${PATH}/${webhookId}`, { body });
      expect(await answer.json()).toMatchObject({ code: "webhook_url_not_allowed" });
    });

    it("meet members, API keys and other workspaces", async () => {
      const { webhooks } = await (await fresh.call("GET", PATH)).json();
      const path = `${PATH}/${webhooks[0].webhookId}`;
      for (const [as, code] of [
        ["member", "permission_denied"],
        ["key", "oauth_required"],
        ["stranger", "webhook_not_found"],
      ] as const) {
        for (const [method, below] of [
          ["GET", ""],
          ["DELETE", ""],
          ["POST", "/verify"],
          ["POST", "/rotate-key"],
          ["GET", "/deliveries"],
          ["DELETE", "/deliveries"],
          ["POST", "/deliveries/dlv_1/redeliver"],
        ] as const) {
          // What API keys may do too is another test.
          if (as === "key" && (method === "GET" || below.endsWith("redeliver"))) continue;
          expect(await (await fresh.call(method, path + below, { as })).json()).toMatchObject({ code });
        }
      }
    });
  });
});
