import type { ServerResponse } from "node:http";

import { json, type Received } from "../support/api-server.js";

/** A short day in a client's life, for any platform: what it gives back is the same everywhere. */
export const SMOKE = `
  import { isApiError, WorkspaceClient } from "client";

  export async function smoke(baseUrl: string): Promise<unknown> {
    const events: string[] = [];
    const client = new WorkspaceClient({
      apiKey: "key_12345",
      baseUrl,
      rateLimit: { windows: [] },
      onEvent: ({ type }) => events.push(type),
    });
    const created = await client.tasks.create({ title: "Ship it", kind: "bug" });
    const started = performance.now();
    const waited = await client.tasks.fetch("tsk_slow");
    const waitedMs = performance.now() - started;
    const titles: string[] = [];
    for await (const { title } of client.tasks.list()) titles.push(title);
    const missing = await client.tasks.fetch("tsk_missing").safe();
    const controller = new AbortController();
    const pending = client.tasks.fetch("tsk_never", undefined, { signal: controller.signal }).catch((error: unknown) => error);
    setTimeout(() => controller.abort(), 30);
    const aborted = await pending;
    const late = await client.tasks.fetch("tsk_never", undefined, { timeoutMs: 500 }).catch((error: unknown) => error);
    return {
      created,
      waited,
      hasWaited: waitedMs >= 1000,
      titles,
      missing: missing.ok ? undefined : [missing.error.name, missing.error.code, missing.error.requestId],
      aborted: isApiError(aborted) && aborted.code,
      late: isApiError(late) && late.code,
      events: [...new Set(events)].sort(),
    };
  }
`;

export const SMOKE_RESULT = {
  created: { taskId: "tsk_1" },
  waited: { taskId: "tsk_slow" },
  hasWaited: true,
  titles: ["A", "B"],
  missing: ["NotFoundError", "task_not_found", "req_1"],
  aborted: "aborted",
  late: "timeout",
  events: ["error", "pause", "request", "response", "retry", "wait"],
};

/** A server for it, which refuses what is slow once; a browser asks it for leave. */
export function smokeServer(): (request: Received, response: ServerResponse) => void {
  let isRefusing = true;
  return ({ method, url, headers }, response) => {
    response.setHeader("access-control-allow-origin", "*");
    if (method === "OPTIONS") {
      response.setHeader("access-control-allow-headers", "authorization, content-type, idempotency-key");
      return response.writeHead(204, { "access-control-allow-methods": "*" }).end();
    }
    response.setHeader("access-control-expose-headers", "retry-after, x-request-id");
    if (headers.authorization !== "Bearer key_12345") return json(response, 401, {});
    if (method === "POST") return json(response, 201, { taskId: "tsk_1" });
    if (url.endsWith("/tsk_never")) return;
    if (url.endsWith("/tasks")) return json(response, 200, { tasks: [{ title: "A" }], nextCursor: "2" });
    if (url.includes("cursor=2")) return json(response, 200, { tasks: [{ title: "B" }], nextCursor: null });
    if (!url.endsWith("/tsk_slow"))
      return json(response, 404, { code: "task_not_found" }, { "x-request-id": "req_1" });
    if (!isRefusing) return json(response, 200, { taskId: "tsk_slow" });
    isRefusing = false;
    return json(response, 429, {}, { "retry-after": "1" });
  };
}
