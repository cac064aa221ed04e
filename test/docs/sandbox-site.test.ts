import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startSandboxProcess, type SandboxProcess } from "../support/sandbox-process.js";
import { hasChromium, launch } from "./site.js";

describe("the docs on a sandbox", () => {
  let sandbox: SandboxProcess;
  beforeAll(async () => {
    sandbox = await startSandboxProcess([]);
  });
  afterAll(() => sandbox.end("SIGKILL"));

  it("are served compressed, with tags, and under a strict policy", async () => {
    for (const path of [
      "/",
      "/operations/createTask",
      "/llms.txt",
      "/openapi.json",
      "/openapi.yaml",
      "/assets/site.js",
    ]) {
      const response = await fetch(sandbox.url + path);
      expect(response.status, path).toBe(200);
      expect(response.headers.get("content-encoding"), path).toBe("gzip");
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      const again = await fetch(sandbox.url + path, {
        headers: { "If-None-Match": response.headers.get("etag") ?? "" },
      });
      expect(again.status, path).toBe(304);
    }
  });

  it("have the page that the type of an error leads to", async () => {
    const response = await fetch(`${sandbox.baseUrl}/workspaces/current/tasks/tsk_missing`, {
      headers: { Authorization: `Bearer ${sandbox.apiKey}` },
    });
    const { type } = (await response.json()) as { type: string };
    const page = await fetch(sandbox.url + new URL(type).pathname);
    expect(await page.text()).toContain("<h1>task_not_found</h1>");
  });

  it("give the key to whoever sits at this machine, and no file that is no page", async () => {
    const script = await (await fetch(`${sandbox.url}/assets/host.js`)).text();
    expect(script).toContain(sandbox.apiKey);
    expect(
      (await fetch(`${sandbox.url}/.specwright.json`, { headers: { accept: "text/html" } })).status,
    ).toBe(404);
  });

  describe.skipIf(!hasChromium)("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser.close());

    it("run a sample with the key that the sandbox printed", async () => {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      page.on("pageerror", (error) => problems.push(String(error)));
      for (const [path, status] of [
        ["fetchTask", "200"],
        ["createTask", "201"],
      ] as const) {
        await page.goto(`${sandbox.url}/operations/${path}.html`);
        await page.getByRole("button", { name: "Run" }).click();
        await expect.poll(() => page.locator(".answer .label").innerText()).toContain(status);
        await expect.poll(() => page.locator(".answer pre").innerText()).toContain('"taskId": "tsk_');
      }
      expect(await page.getByRole("link", { name: "Status", exact: true }).getAttribute("href")).toBe(
        "/_sandbox",
      );
      expect(problems).toEqual([]);
    });
  });
});
