import { existsSync } from "node:fs";

import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { json, serve, type TestServer } from "../support/api-server.js";
import { bundle } from "../support/bundle.js";
import { SMOKE, SMOKE_RESULT, smokeServer } from "./smoke.js";

// To run this, install Chromium (on Debian: apt-get install chromium), or name it in CHROMIUM.
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** A page of its own origin, with the client in it and in a worker. */
const PAGE = `<!doctype html><title>Client</title><script src="/client.js"></script>`;
const WORKER = `onmessage = ({ data }) => client.smoke(data).then(postMessage, (error) => postMessage(String(error)));`;

/** What runs in the page; it is sent there as text. */
const inPage = (url: string): string => `client.smoke(${JSON.stringify(url)})`;
const inWorker = (url: string): string => `new Promise((resolve, reject) => {
  const worker = new Worker("/worker.js");
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage(${JSON.stringify(url)});
})`;

describe.skipIf(!existsSync(CHROMIUM))("in a browser", () => {
  let browser: Browser;
  let script = "";

  beforeAll(async () => {
    script = await bundle(`${SMOKE}; export { WorkspaceClient };`, "iife", "client");
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-background-networking"],
    });
  });
  afterAll(() => browser.close());

  /** Runs a script in a page that another server than the API's has sent. */
  async function evaluate(api: TestServer, code: (url: string) => string): Promise<unknown> {
    const site = await serve(({ url }, response) => {
      response.setHeader("content-type", url === "/" ? "text/html" : "text/javascript");
      response.end({ "/": PAGE, "/client.js": script, "/worker.js": `${script}\n${WORKER}` }[url]);
    });
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(site.url);
    const result: unknown = await page.evaluate(code(api.url));
    await page.close();
    expect(problems).toEqual([]);
    return result;
  }

  test.each([
    ["a page", inPage],
    ["a worker", inWorker],
  ])("%s of another origin can do all that the client does", async (_where, code) => {
    const api = await serve(smokeServer());
    expect(await evaluate(api, code)).toEqual(SMOKE_RESULT);
    // The server is asked for leave to send these, and no more.
    const asked = api.received.flatMap(({ headers }) => headers["access-control-request-headers"] ?? []);
    expect([...new Set(asked)].sort()).toEqual([
      "authorization",
      "authorization,content-type,idempotency-key",
    ]);
  });

  test("a redirected read is followed by the browser itself", async () => {
    const api = await serve((request, response) => {
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "authorization");
      if (request.method === "OPTIONS") return response.writeHead(204).end();
      if (request.url === "/elsewhere") return json(response, 200, { taskId: "tsk_1" });
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const code = (url: string): string => `new client.WorkspaceClient({ apiKey: "k", baseUrl: "${url}" })
      .tasks.fetch("tsk_1")`;
    expect(await evaluate(api, code)).toEqual({ taskId: "tsk_1" });
  });

  test("a redirected write is an error that names the redirect", async () => {
    const api = await serve((request, response) => {
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "authorization,content-type,idempotency-key");
      if (request.method === "OPTIONS") return response.writeHead(204).end();
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const code = (url: string): string => `new client.WorkspaceClient({ apiKey: "k", baseUrl: "${url}" })
      .tasks.create({ title: "Ship it" }).catch((error) => [error.name, error.message])`;
    const [name, message] = (await evaluate(api, code)) as string[];
    expect(name).toBe("StatusError");
    expect(message).toContain("redirect");
    expect(api.received.map(({ url }) => url)).not.toContain("/elsewhere");
  });
});
