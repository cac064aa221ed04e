import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { brokenLinks, hasChromium, launch, pagesIn } from "./site.js";

const FOLDER = resolve("generated/docs");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** One page of each kind. */
const KINDS = [
  "index",
  "authentication",
  "limits",
  "headers",
  "guides/rate-limits",
  "resources/tasks",
  "operations/createTask",
  "operations/fetchTask",
  "schemas/index",
  "schemas/AgentSession",
  "errors/index",
  "errors/task_not_found",
  "events/index",
  "events/task.created",
];

describe("the site", () => {
  it("has no broken link, nor one to an anchor that is not there", () => {
    expect(brokenLinks(FOLDER)).toEqual([]);
  });

  it("has no page over 100 kB", () => {
    const large = [...pagesIn(FOLDER)].filter(([, html]) => Buffer.byteLength(html) > 100_000);
    expect(large.map(([path, html]) => `${path} ${Buffer.byteLength(html)}`)).toEqual([]);
  });

  it("gives each page one heading, a title and a description of its own", () => {
    const titles = new Set<string>();
    for (const [path, html] of pagesIn(FOLDER)) {
      expect(html.match(/<h1>/g), path).toHaveLength(1);
      expect(html, path).toMatch(/<meta name="description" content="[^"]+">/);
      titles.add(/<title>([^<]+)<\/title>/.exec(html)?.[1] ?? path);
    }
    expect(titles.size).toBe(pagesIn(FOLDER).size);
  });

  it("has short forms for programs: llms.txt within 3,000 tokens, an operation within 1,500", () => {
    // Four characters a token is the usual rule of thumb.
    expect(readFileSync(join(FOLDER, "llms.txt"), "utf8").length / 4).toBeLessThan(3000);
    for (const path of pagesIn(FOLDER).keys()) {
      const text = readFileSync(join(FOLDER, path.replace(/html$/, "md")), "utf8");
      expect(text, path).toMatch(/^# \S/);
      if (path.startsWith("operations/")) expect(text.length / 4, path).toBeLessThan(1500);
    }
  });
});

describe.skipIf(!hasChromium)("in a browser, the site", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it.each(KINDS)(
    "%s loads nothing from elsewhere, fits a phone, and has no fault that axe finds",
    async (path) => {
      const url = pathToFileURL(join(FOLDER, `${path}.html`)).href;
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [390, 1440]) {
          const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
          const problems: string[] = [];
          page.on("request", (request) => request.url().startsWith("file:") || problems.push(request.url()));
          page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
          page.on("pageerror", (error) => problems.push(String(error)));
          await page.goto(url);
          expect(problems).toEqual([]);
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
          await page.evaluate(
            "for (const details of document.querySelectorAll('details')) details.open = true",
          );
          await page.evaluate(AXE);
          const found = await page.evaluate(
            `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
            violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => id + " " + html.slice(0, 160))))`,
          );
          expect(found, `${path} ${colorScheme} ${width}`).toEqual([]);
          await page.close();
        }
      }
    },
    60_000,
  );

  it("has its content within five tab stops, behind a link that skips to it", async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(FOLDER, "operations/createTask.html")).href);
    const stops: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      await page.keyboard.press("Tab");
      stops.push(
        await page.evaluate(
          `document.activeElement.closest("main") ? "content" : document.activeElement.className`,
        ),
      );
    }
    expect(stops[0]).toBe("skip");
    expect(stops).toContain("content");
    await page.close();
  });

  it("remembers the language of samples, and copies what is shown", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(FOLDER, "operations/createTask.html")).href);
    await page.getByRole("tab", { name: "TypeScript" }).click();
    await page.goto(pathToFileURL(join(FOLDER, "operations/fetchTask.html")).href);
    await expect
      .poll(() => page.getByRole("tab", { name: "TypeScript" }).getAttribute("aria-selected"))
      .toBe("true");
    expect(await page.locator(".calls pre:visible").innerText()).toContain("workspace.tasks.fetch(");
    await page.locator(".calls .copy:visible").click();
    await expect.poll(() => page.locator(".calls .copy:visible").innerText()).toBe("Copied");
    await context.close();
  });

  it("is complete without scripts, and on paper", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(FOLDER, "operations/fetchTask.html")).href);
    for (const text of ["workspace.tasks.fetch", "curl -s", "labelsByType", "task_not_found"]) {
      await expect.poll(() => page.locator("main").textContent()).toContain(text);
    }
    await page.emulateMedia({ media: "print" });
    expect(
      await page.locator(".sample").evaluateAll((list) => list.every((sample) => sample.checkVisibility())),
    ).toBe(true);
    await context.close();
  });
});
