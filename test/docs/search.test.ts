import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { hasChromium, launch } from "./site.js";

/** What developers type, and the page that they want first; several where more than one is right. */
const QUERIES: readonly (readonly [query: string, ...urls: string[]])[] = [
  ["create task", "operations/createTask.html"],
  ["createTask", "operations/createTask.html"],
  ["429", "errors/rate_limited.html", "guides/rate-limits.html", "errors/index.html#429"],
  ["etag", "headers.html#etag", "guides/concurrency-and-caching.html"],
  ["fetch a task", "operations/fetchTask.html"],
  ["tasks.create", "operations/createTask.html"],
  ["list tasks", "operations/listTasks.html"],
  ["search tasks", "operations/searchTasks.html"],
  ["delete task", "operations/deleteTask.html"],
  ["snooze", "operations/snoozeTask.html"],
  ["task_not_found", "errors/task_not_found.html"],
  ["rate_limited", "errors/rate_limited.html"],
  ["rate limits", "guides/rate-limits.html", "limits.html#rate-limits", "index.html#rate-limits"],
  ["Retry-After", "headers.html#retry-after"],
  ["RateLimit-Policy", "headers.html#ratelimit-policy"],
  ["X-Request-Id", "headers.html#x-request-id"],
  ["idempotency", "index.html#idempotency", "limits.html#idempotency"],
  ["pagination", "guides/pagination.html", "index.html#pagination", "limits.html#pagination"],
  ["authentication", "guides/authentication.html", "authentication.html"],
  ["quickstart", "guides/quickstart.html"],
  ["create webhook", "operations/createWebhook.html"],
  ["webhooks", "guides/webhooks.html", "resources/webhooks.html", "operations/listWebhooks.html"],
  ["verify webhook", "operations/verifyWebhook.html", "guides/webhooks.html#verify-deliveries"],
  ["task.created", "events/task.created.html"],
  ["comment.created", "events/comment.created.html"],
  ["upload file", "operations/createFileUpload.html", "guides/files.html", "guides/files.html#upload-a-file"],
  ["upload", "operations/createFileUpload.html", "guides/files.html", "guides/files.html#upload-a-file"],
  ["claim session", "operations/claimSession.html"],
  ["heartbeat", "operations/heartbeatClaim.html", "operations/heartbeatWorker.html"],
  ["TaskStatus", "schemas/TaskStatus.html"],
  ["Problem", "schemas/Problem.html"],
  ["AgentSession", "schemas/AgentSession.html"],
  [
    "invite",
    "operations/createTeamInvite.html",
    "operations/acceptTeamInvite.html",
    "operations/listTeamInvites.html",
  ],
  [
    "api key",
    "resources/api-keys.html",
    "operations/createApiKey.html",
    "operations/listApiKeys.html",
    "operations/fetchApiKey.html",
  ],
  ["creat taks", "operations/createTask.html"],
  ["snoze task", "operations/snoozeTask.html"],
  ["comment on a task", "operations/createComment.html"],
  ["who am I", "operations/fetchMe.html"],
  ["POST /workspaces/{workspaceId}/tasks", "operations/createTask.html"],
  ["add reaction", "operations/addCommentReaction.html"],
  ["blockers", "operations/listBlockers.html"],
];

describe.skipIf(!hasChromium)("the search of the docs", () => {
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    page = await browser.newPage();
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(pathToFileURL(resolve("generated/docs/operations/createTask.html")).href);
  });
  afterAll(() => browser.close());

  it("has the right first hit for what developers type, at least 38 times in 40", async () => {
    const wrong: string[] = [];
    for (const [query, ...wanted] of QUERIES) {
      const found: string[] = await page.evaluate(
        `docsSearch.find(${JSON.stringify(query)}).then((hits) => hits.slice(0, 3).map(({ url }) => url))`,
      );
      if (!wanted.includes(found[0] ?? "")) wrong.push(`${query}: ${found.join(", ")}`);
    }
    expect(QUERIES.length).toBeGreaterThanOrEqual(40);
    expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(2);
  });

  it("opens with a slash, goes to what is chosen by keyboard, and says where nothing is found", async () => {
    await page.keyboard.press("/");
    const input = page.getByLabel("Search the docs");
    await input.fill("zzzzqqqq");
    await expect.poll(() => page.locator(".none").innerText()).toContain("No results");
    await input.fill("fetch a task");
    await expect.poll(() => page.locator(".results li").first().innerText()).toContain("Fetch a task");
    await page.keyboard.press("Enter");
    await page.waitForURL(/operations\/fetchTask\.html$/);
    expect(problems).toEqual([]);
  });
});
