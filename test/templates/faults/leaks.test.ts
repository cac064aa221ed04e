import { getEventListeners } from "node:events";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { build } from "esbuild";
import { describe, expect, test } from "vitest";

import { cacheLayer } from "../../../templates/client/src/runtime/cache.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import type { Operation } from "../../../templates/client/src/runtime/operation.js";
import { definition, json, operation, serve } from "../../support/api-server.js";
import { run } from "../../support/cli.js";
import { scratchFolder } from "../../support/scratch.js";
import { liveTimers } from "../../support/timers.js";

setFlagsFromString("--expose-gc");
// V8 has no other way to collect at once.
const collect = runInNewContext("gc") as () => void;

/** The heap once all that can go has gone. */
async function heap(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise((settled) => setImmediate(settled));
    collect();
  }
  return process.memoryUsage().heapUsed;
}

describe("after 100,000 calls", () => {
  const kinds: [what: string, operation: Operation, count: number, status: () => number][] = [
    ["that succeed", operation(), 60_000, () => 200],
    ["that fail", operation(), 20_000, () => 404],
    ["of which some are repeated", operation(), 10_000, () => (Math.random() < 0.05 ? 503 : 200)],
    ["that are kept", operation({ cache: { layer: cacheLayer, freshMs: 1, etag: true } }), 10_000, () => 200],
  ];

  test.each(kinds)(
    "%s, the heap is what it was, and no listener or timer is left",
    async (_what, wanted, count, status) => {
      const fetch = (): Promise<Response> => Promise.resolve(new Response('{"a":1}', { status: status() }));
      const windows = [{ name: "w", limit: 1_000_000, windowMs: 1 }];
      const api = createRuntime(definition, {
        baseUrl: "http://localhost",
        apiKey: "k",
        fetch,
        rateLimit: { windows },
      });
      const { signal } = new AbortController();
      const timers = liveTimers();
      const many = async (calls: number): Promise<void> => {
        for (let left = calls; left > 0; left -= 100) {
          const query = { q: left % 50 };
          await Promise.all(
            Array.from({ length: 100 }, () =>
              call(api, wanted, { query }, { signal, timeoutMs: 60_000 }).safe(),
            ),
          );
        }
      };
      await many(2000);
      const before = await heap();
      await many(count - 2000);
      // The heap breathes by a megabyte; a call's least object, kept 10,000 times, is more than this.
      expect((await heap()) - before).toBeLessThan(3 * 2 ** 20);
      expect(getEventListeners(signal, "abort")).toEqual([]);
      expect(liveTimers()).toBeLessThanOrEqual(timers);
    },
  );
});

describe("a process ends by itself", () => {
  const ways: [what: string, code: string][] = [
    ["after a call", `await call(api, get, {}, { timeoutMs: 3_600_000 })`],
    [
      "after a call that failed",
      `await call(api, { ...get, path: "/404" }, {}, { timeoutMs: 3_600_000 }).safe()`,
    ],
    [
      "after a call that was aborted",
      `const c = new AbortController(); setTimeout(() => c.abort(), 50); await call(api, { ...get, path: "/never" }, {}, { signal: c.signal }).safe()`,
    ],
    [
      "after a call that came too late",
      `await call(api, { ...get, path: "/never" }, {}, { timeoutMs: 50 }).safe()`,
    ],
    [
      "after a queued call was aborted",
      `const c = new AbortController(); await call(api, get, {}); setTimeout(() => c.abort(), 50); await call(api, get, {}, { signal: c.signal }).safe()`,
    ],
    [
      "after a call whose body nobody reads",
      `await call(api, get, {}, { timeoutMs: 3_600_000 }).asResponse()`,
    ],
    ["with nothing but an unused client", ``],
  ];
  test.each(ways)("%s", async (_what, code) => {
    const server = await serve(({ url }, response) => {
      if (url !== "/never") json(response, url === "/404" ? 404 : 200, { text: "x" });
    });
    const folder = scratchFolder();
    const file = join(folder, "once.mjs");
    const runtime = resolve("templates/client/src/runtime");
    const contents = `
      import { call } from ${JSON.stringify(`${runtime}/call.ts`)};
      import { createRuntime } from ${JSON.stringify(`${runtime}/create-runtime.ts`)};
      const definition = ${JSON.stringify(definition)};
      const rateLimit = { windows: [{ name: "w", limit: 1, windowMs: 3_600_000 }], noticeMs: Infinity };
      const api = createRuntime(definition, { baseUrl: ${JSON.stringify(server.url)}, rateLimit });
      const get = { id: "get", method: "GET", path: "/things", errorCodes: { default: "" } };
      ${code};
      console.log("done");
    `;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: folder, loader: "ts" },
      bundle: true,
      write: false,
      format: "esm",
    });
    writeFileSync(file, outputFiles[0]?.text ?? "");
    const start = performance.now();
    expect(await run(process.execPath, [file], folder)).toEqual({ code: 0, stdout: "done\n", stderr: "" });
    // Far from the minute of an attempt and the hour of a window; a kept connection idles for four seconds.
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
