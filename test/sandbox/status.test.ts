import { afterAll, beforeAll, describe, expect, it } from "vitest";

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
      await sandbox.call("GET", "/workspaces/current/tasks?query=hidden", { as: "key" });
      await sandbox.call("GET", "/workspaces/current/tasks/tsk_none", { as: "member" });
      const { status, text } = await look();
      expect(status).toBe(200);
      expect(text).toContain("listTasks");
      expect(text).toContain("key_tests");
      expect(text).toContain("&quot;burst&quot;;r=39");
      expect(text).toContain('<td class="bad">404</td>');
      expect(text).not.toContain("hidden");
      for (const secret of Object.values(sandbox.secrets)) expect(text).not.toContain(secret);
      expect(text).toContain('http-equiv="refresh"');
      expect(text).not.toMatch(/<script|https?:\/\//);
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

    it("is served over HTTP", async () => {
      const served = await serveSandbox(sandbox, { port: 0 });
      const response = await fetch(`${served.url}/_sandbox`);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      await served.close();
    });
  });
});
