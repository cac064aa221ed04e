import { createContext, runInContext } from "node:vm";

import { expect, test } from "vitest";

import { json, serve } from "../support/api-server.js";
import { bundle } from "../support/bundle.js";

/** What a platform has that runs fetch handlers, and nothing of Node's. */
const WEB = `AbortController AbortSignal Blob DOMException File FormData Headers ReadableStream Request Response
  TextDecoder TextEncoder TransformStream URL URLSearchParams
  atob btoa clearTimeout crypto fetch performance queueMicrotask setTimeout structuredClone`;

const HANDLER = `
  import { isApiError, WorkspaceClient } from "client";

  export async function handle(request: Request): Promise<Response> {
    const { searchParams: input } = new URL(request.url);
    const waits: unknown[] = [];
    const client = new WorkspaceClient({
      apiKey: "key_12345",
      baseUrl: input.get("home") ?? "",
      rateLimit: { windows: [] },
      onEvent: (event) => event.type === "pause" && waits.push(event.pauseMs),
    });
    try {
      const task = await client.tasks.create({ title: "From a worker", kind: "bug" });
      const titles: string[] = [];
      for await (const item of client.tasks.list()) titles.push(item.title);
      await client.tasks.fetch(input.get("id") ?? "");
      return Response.json({ task, titles, waits });
    } catch (error) {
      if (!isApiError(error)) throw error;
      return Response.json({ titles: [], waits, error: { ...error, message: error.message } }, { status: 502 });
    }
  }
`;

test("as a fetch handler, on a platform that has none of Node's own, the client does its whole work", async () => {
  const source = await bundle(HANDLER, "iife", "handler");
  let refusals = 1;
  const server = await serve(({ method, url, headers }, response) => {
    if (headers["authorization"] !== "Bearer key_12345") return json(response, 401, {});
    if ((refusals -= 1) >= 0) return json(response, 429, { message: "Retry in 1 seconds." });
    if (method === "POST") return json(response, 201, { taskId: "tsk_1" });
    if (url.endsWith("/tasks")) return json(response, 200, { tasks: [{ title: "A" }], nextCursor: "2" });
    if (url.includes("cursor=2")) return json(response, 200, { tasks: [{ title: "B" }], nextCursor: null });
    return url.endsWith("tsk_1")
      ? json(response, 200, { taskId: "tsk_1" })
      : json(
          response,
          404,
          { code: "task_not_found", message: "No such task." },
          { "x-request-id": "req_1" },
        );
  });
  const context = createContext(
    Object.fromEntries(WEB.split(/\s+/).map((name) => [name, Reflect.get(globalThis, name)])),
  );
  runInContext(source, context);
  const handle = async (id: string): Promise<unknown> => {
    context["request"] = new Request(`https://worker.test/?id=${id}&home=${encodeURIComponent(server.url)}`);
    const response = (await runInContext("handler.handle(request)", context)) as Response;
    return response.json();
  };
  expect(await handle("tsk_1")).toEqual({ task: { taskId: "tsk_1" }, titles: ["A", "B"], waits: [1000] });
  expect(await handle("tsk_2")).toMatchObject({
    error: { name: "NotFoundError", code: "task_not_found", status: 404, requestId: "req_1" },
  });
  expect(server.received[0]?.headers["user-agent"]).toMatch(/client\/\d/);
});
