import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createSandbox } from "../../sandbox/src/create-sandbox.js";
import { createLog } from "../../sandbox/src/log.js";
import { serveSandbox } from "../../sandbox/src/serve.js";
import { describeDatabases } from "../support/databases.js";
import { startSandbox, type TestSandbox } from "../support/sandbox.js";
import { startReceiver } from "./deliveries/receiver.js";

const PAGE = "http://127.0.0.1:4010/_sandbox";

describeDatabases("the sandbox about itself", (open) => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ database: await open(), rateLimits: true });
  });
  afterAll(() => sandbox.close());

  async function look(url = PAGE, peer?: { address: string }): Promise<{ status: number; text: string }> {
    const response = await sandbox.answer(new Request(url), peer);
    return { status: response.status, text: await response.text() };
  }

  describe("the status page", () => {
    it("tells of requests and what is left, and of no secret", async () => {
      await sandbox.call("GET", "/workspaces/current/tasks?query=zebra", { as: "key" });
      await sandbox.call("GET", "/workspaces/current/tasks/tsk_none", { as: "member" });
      const { status, text } = await look();
      expect(status).toBe(200);
      expect(text).toContain("listTasks");
      expect(text).toContain("key_tests");
      expect(text).toMatch(/key_tests<\/code><\/td>\s*<td>burst<\/td>[^]{0,200}39 of 40/);
      expect(text).toMatch(
        /class="bad">404<\/span>\s*<code>task_not_found<\/code>[^]*There is no task tsk_none/,
      );
      expect(text).not.toContain("zebra");
      for (const secret of Object.values(sandbox.secrets)) expect(text).not.toContain(secret);
      expect(text).toContain('http-equiv="refresh"');
      expect(text).not.toMatch(/<script|https?:\/\//);
    });

    it("tells faults that were asked for, and shows those alone that failed", async () => {
      const headers = { "X-Sandbox-Fault": "503;retry=9" };
      await sandbox.call("GET", "/workspaces/current/teams", { as: "key", headers });
      await sandbox.call("GET", "/workspaces/current/taxonomy-labels", { as: "key" });
      const { text } = await look(`${PAGE}?show=failed`);
      expect(text).toContain("asked for by X-Sandbox-Fault: 503;retry=9");
      expect(text).not.toContain("listTaxonomyLabels");
      expect((await look()).text).toContain("listTaxonomyLabels");
    });

    it("stands still when told, and stays what it is otherwise", async () => {
      const still = (await look(`${PAGE}?show=failed&still=1`)).text;
      expect(still).not.toContain("http-equiv");
      expect(still).toContain('href="/_sandbox?show=failed"');
      expect((await look(`${PAGE}?show=failed`)).text).toContain('href="/_sandbox?show=failed&amp;still=1"');
    });

    it("shows as text what people wrote", async () => {
      await sandbox.call("GET", "/workspaces/current/tasks/%3Cscript%3E", { as: "key" });
      await sandbox.call("GET", "/me", { as: "key", headers: { "X-Sandbox-Fault": "<b>" } });
      const { text } = await look();
      expect(text).toContain("X-Sandbox-Fault: &lt;b&gt;");
      expect(text).not.toMatch(/<script|<b>/);
    });

    it("tells when the next attempt comes, and why the last one failed", async () => {
      const target = await startReceiver(500);
      const body = { url: target.url, events: ["team.created"] };
      const made = await sandbox.call("POST", "/workspaces/current/webhooks", { body });
      const { webhookId } = await made.json();
      sandbox.clock.advance(1);
      await sandbox.call("POST", "/workspaces/current/teams", { body: { name: "Late" } });
      await sandbox.deliveries.runDue();
      const { text } = await look();
      expect(text).toMatch(/in 60 s[^]*team\.created[^]*attempt 3 of 11[^]*class="bad">answered 500/);
      await sandbox.call("DELETE", `/workspaces/current/webhooks/${webhookId}`, {});
      await target.close();
    });

    it("tells of webhooks, the queue and deliveries, and sends a test on demand", async () => {
      const target = await startReceiver(204);
      const made = await sandbox.call("POST", "/workspaces/current/webhooks", {
        body: { url: target.url, events: ["team.created"] },
      });
      const { webhookId, verificationKey } = await made.json();
      const ask = (headers: Record<string, string> = {}) =>
        sandbox.answer(
          new Request(`${PAGE}/test-event`, {
            method: "POST",
            body: new URLSearchParams({ webhookId }),
            headers,
          }),
        );
      expect((await ask({ Origin: "https://evil.example" })).status).toBe(403);
      expect((await ask({ Origin: "http://127.0.0.1:4010" })).headers.get("location")).toBe("/_sandbox");
      expect((await look()).text).toContain("1 events not yet handed out");
      await sandbox.deliveries.runDue();
      expect(target.arrivals.map(({ headers }) => headers["x-event-type"])).toEqual(["webhook.test"]);
      const { text } = await look();
      expect(text).toContain("webhook.test");
      expect(text).toContain("0 events not yet handed out");
      expect(text).not.toContain(verificationKey);
      await target.close();
    });

    it("is not told of in the log, nor is what looks after the sandbox", async () => {
      const log: string[] = [];
      const { database, clock } = sandbox;
      const logged = await createSandbox({
        database,
        clock,
        runDeliveries: false,
        log: createLog((line) => log.push(line), clock.now),
      });
      for (const path of ["_sandbox", "healthz", "readyz", "favicon.ico"]) {
        await logged.answer(new Request(`http://127.0.0.1:4010/${path}`));
      }
      await logged.answer(new Request("http://127.0.0.1:4010/api/v1/me"));
      expect(log.map((line) => JSON.parse(line))).toMatchObject([
        { path: "/api/v1/me", status: 401, code: "credential_missing", reason: expect.any(String) },
      ]);
      await logged.close();
    });

    it("still tells of requests when the database is away", async () => {
      const { clock } = sandbox;
      const away = await open();
      const alone = await createSandbox({ database: away, clock, runDeliveries: false });
      await alone.answer(new Request("http://127.0.0.1:4010/api/v1/me"));
      await away.close();
      const text = await (await alone.answer(new Request(PAGE))).text();
      expect(text).toContain("credential_missing");
      expect(text).toContain("The database is away");
      await alone.close();
    });

    it("has each attempt to deliver in the log", async () => {
      const target = await startReceiver(500);
      const log: string[] = [];
      const { database, clock } = sandbox;
      const options = { database, clock, runDeliveries: false };
      const logged = await createSandbox({ ...options, log: createLog((line) => log.push(line), clock.now) });
      const body = { url: target.url, events: ["team.created"] };
      const made = await sandbox.call("POST", "/workspaces/current/webhooks", { body });
      const { webhookId } = await made.json();
      clock.advance(1);
      await sandbox.call("POST", "/workspaces/current/teams", { body: { name: "Told" } });
      await logged.deliveries.runDue();
      const attempts = log.map((line) => JSON.parse(line)).filter((entry) => entry.webhookId === webhookId);
      const facts = { message: "delivery", type: "team.created", delivered: false, status: 500 };
      expect(attempts).toMatchObject([
        { ...facts, attempt: 1 },
        { ...facts, attempt: 2 },
      ]);
      await sandbox.call("DELETE", `/workspaces/current/webhooks/${webhookId}`, {});
      await logged.close();
      await target.close();
    });

    it.each([
      ["the own machine", PAGE, "127.0.0.1", 200],
      ["the own machine by IPv6", "http://[::1]:4010/_sandbox", "::1", 200],
      ["the own machine by IPv4 in IPv6", PAGE, "::ffff:127.0.0.1", 200],
      ["another machine", PAGE, "192.168.1.9", 404],
      ["another machine that says it is this one", "http://localhost:4010/_sandbox", "10.0.0.9", 404],
      ["a name that somebody else gave this machine", "http://evil.example:4010/_sandbox", "127.0.0.1", 404],
      ["nobody known", PAGE, "", 404],
    ])("is for the own machine alone: %s", async (_, url, address, status) => {
      expect((await look(url, { address })).status).toBe(status);
    });

    it.each(["127.0.0.1", "0.0.0.0"])(
      "is served over HTTP, at an address that leads there: %s",
      async (host) => {
        const served = await serveSandbox(sandbox, { port: 0, host });
        const response = await fetch(`${served.url}/_sandbox`);
        expect(response.status).toBe(200);
        expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
        await served.close();
      },
    );
  });

  describe("what else people meet", () => {
    const visit = (path: string, accept = "text/html"): Promise<Response> =>
      sandbox.answer(new Request(`http://127.0.0.1:4711${path}`, { headers: { accept } }));

    it("is docs that know where they are, and the status page", async () => {
      expect(await (await visit("/")).text()).toContain("<h1>Workspace API</h1>");
      const host = await (await visit("/assets/host.js", "*/*")).text();
      expect(host).toContain('"baseUrl":"/api/v1"');
      expect(host).toContain('"statusUrl":"/_sandbox"');
    });

    it("is a page where there is nothing, and a problem for programs", async () => {
      const page = await visit("/%3Cb%3Enothing");
      expect(page.status).toBe(404);
      const text = await page.text();
      expect(text).toContain('href="/"');
      expect(text).not.toContain("<b>");
      expect(await (await visit("/nothing", "*/*")).json()).toMatchObject({ code: "not_found" });
      expect(await (await visit("/api/v1/nothing")).json()).toMatchObject({ code: "not_found" });
    });
  });
});
