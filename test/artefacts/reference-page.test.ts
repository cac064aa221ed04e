import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";
import { expect, it } from "vitest";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

// To run this, install Chromium (on Debian: apt-get install chromium), or name it in CHROMIUM.
it.skipIf(!existsSync(CHROMIUM))(
  "the reference page opens from disk, loads nothing, and finds an operation",
  async () => {
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-background-networking"],
    });
    try {
      const page = await browser.newPage();
      const requests: string[] = [];
      const problems: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      page.on("pageerror", (error) => problems.push(String(error)));
      const url = pathToFileURL(resolve("generated/docs/reference.html")).href;
      await page.goto(url);
      expect(requests).toEqual([url]);
      expect(problems).toEqual([]);
      const operation = page.locator("#operation-fetchTask");
      for (const text of [
        "Fetch a task",
        "GET",
        "/workspaces/{workspaceId}/tasks/{taskId}",
        "task_not_found",
        "Costs 1 of each rate limit",
      ]) {
        await expect.poll(() => operation.innerText()).toContain(text);
      }
      await page.getByLabel("Filter operations").fill("webhook");
      await expect.poll(() => page.locator("nav li:visible").count()).toBeLessThan(20);
      await page.getByRole("link", { name: "Create a webhook" }).click();
      expect(page.url()).toContain("#operation-createWebhook");
    } finally {
      await browser.close();
    }
  },
);
