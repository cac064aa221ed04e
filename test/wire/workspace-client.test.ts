import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";

import { createApi } from "../../generated/client/src/api.js";
import * as operations from "../../generated/client/src/operations.js";
import {
  isApiError,
  NotFoundError,
  WorkspaceClient,
  type FetchTaskError,
  type Task,
  type TaskUpdate,
  type WorkspaceClientOptions,
} from "../../generated/client/src/index.js";
import { callShapeOf } from "../../generator/model/call-shape.js";
import type { ApiModel, Operation } from "../../generator/model/api-model.js";
import { loadModel } from "../../generator/pipeline.js";
import { closedPort, json, serve } from "../support/api-server.js";
import { serveExamples } from "../support/example-server.js";

let model: ApiModel;

beforeAll(async () => {
  ({ model } = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false }));
});

function clientFor(url: string, options: WorkspaceClientOptions = {}): WorkspaceClient {
  return new WorkspaceClient({
    baseUrl: `${url}/api/v1`,
    apiKey: "key_secret",
    auth: "oauth_token",
    rateLimit: false,
    ...options,
  });
}

/** Arguments for an operation's function, out of the spec's own examples. */
function argumentsFor(operation: Operation): unknown[] {
  const { path, argument, query, body } = callShapeOf(operation);
  const example = body?.contents[0]?.examples[0]?.value;
  const needed = query.filter(({ required }) => required).map(({ name }) => [name, "text"]);
  return [
    ...path.map(({ parameter: { name } }) => `${name}_1`),
    argument === "body" ? example : Object.fromEntries(needed),
  ];
}

describe("every operation", () => {
  it("sends what the spec says, and gives back what the server answers", async () => {
    const server = await serveExamples(model, "/api/v1");
    const api = operations.createApi({
      baseUrl: `${server.url}/api/v1`,
      apiKey: "key",
      auth: "token",
      rateLimit: false,
      cache: false,
    });
    const functions = new Map(Object.entries(operations));
    for (const operation of model.operations) {
      const call = functions.get(operation.names.function);
      expect(call, operation.id).toBeTypeOf("function");
      const given = argumentsFor(operation);
      const answer: unknown = await Reflect.apply(call as (...args: unknown[]) => unknown, undefined, [
        api,
        ...given,
      ]);
      const request = server.received.at(-1);
      expect(request?.method, operation.id).toBe(operation.method);
      const path = operation.path.replace("{workspaceId}", "current").replace(/\{(\w+)\}/g, "$1_1");
      expect(request?.url.split("?")[0], operation.id).toBe(`/api/v1${path}`);
      expect(request?.headers.authorization, operation.id).toMatch(/^Bearer (key|token)$/);
      if (operation.body) expect(JSON.parse(String(request?.body)), operation.id).toEqual(given.at(-1));
      else expect(request?.body.length, operation.id).toBe(0);
      const success = operation.responses.find(({ status }) => status.startsWith("2"))?.contents[0];
      if (success?.kind === "binary") expect(answer, operation.id).toBeInstanceOf(Blob);
      else expect(answer, operation.id).toEqual(success?.examples[0]?.value);
      if (operation.policies.idempotency)
        expect(request?.headers["idempotency-key"], operation.id).toMatch(/\S{16}/);
    }
    expect(server.received).toHaveLength(model.operations.length);
  });

  it("takes the credential that its security allows", async () => {
    const server = await serveExamples(model, "/api/v1");
    const client = clientFor(server.url);
    await client.tasks.fetch("tsk_1");
    await client.agents.list();
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer key_secret",
      "Bearer oauth_token",
    ]);
    const keyOnly = new WorkspaceClient({ baseUrl: server.url, apiKey: "key_secret" });
    await expect(keyOnly.agents.list()).rejects.toThrow(/needs oauth; the client has apiKey/);
    expect(server.received).toHaveLength(2);
  });
});

describe("on the wire", () => {
  it("a path value is one segment, whatever is in it", async () => {
    const server = await serve();
    await clientFor(server.url).tasks.fetch("a/b?c#d");
    expect(server.received[0]?.url).toBe("/api/v1/workspaces/current/tasks/a%2Fb%3Fc%23d");
  });

  it.each(["..", ".", "%2e%2e", "%2E", ""])(
    "a path value of %j is refused by name, and nothing leaves",
    async (value) => {
      const server = await serve();
      await expect(clientFor(server.url).tasks.fetch(value)).rejects.toThrow(/taskId/);
      expect(server.received).toHaveLength(0);
    },
  );

  it("client-wide defaults, arrays, headers and options arrive", async () => {
    const server = await serve();
    const client = clientFor(server.url, { workspaceId: "w_1", headers: { "X-Team": "web" } });
    await client.tasks.list({ status: ["open", "blocked"], limit: 5 });
    await client.tasks.update(
      "tsk_1",
      { title: "T" },
      { workspaceId: "w_2", headers: { "If-Match": '"3"' }, contentType: "application/merge-patch+json" },
    );
    const [list, update] = server.received;
    expect(list?.url).toBe("/api/v1/workspaces/w_1/tasks?status=open&status=blocked&limit=5");
    expect(list?.headers["x-team"]).toBe("web");
    expect(update?.url).toBe("/api/v1/workspaces/w_2/tasks/tsk_1");
    expect(update?.headers).toMatchObject({
      "if-match": '"3"',
      "content-type": "application/merge-patch+json",
    });
  });

  it("path-typed access rides on the same runtime", async () => {
    const server = await serveExamples(model, "/api/v1");
    const { data, error } = await createApi(clientFor(server.url)).GET(
      "/workspaces/{workspaceId}/tasks/{taskId}",
      {
        params: { path: { workspaceId: "current", taskId: "tsk_1" } },
      },
    );
    expect(error).toBeUndefined();
    expect(data?.taskId).toMatch(/^tsk_/);
    expect(server.received[0]?.headers.authorization).toBe("Bearer key_secret");
  });

  it("a list goes on from page to page, and stops when the loop does", async () => {
    const server = await serve(({ url }, response) => {
      const cursor = new URL(url, "http://x").searchParams.get("cursor");
      json(
        response,
        200,
        cursor === "2"
          ? { tasks: [{ taskId: "c" }], nextCursor: null }
          : { tasks: [{ taskId: "a" }, { taskId: "b" }], nextCursor: "2" },
      );
    });
    const client = clientFor(server.url);
    const seen: string[] = [];
    for await (const task of client.tasks.list()) seen.push(task.taskId);
    expect(seen).toEqual(["a", "b", "c"]);
    expect(server.received).toHaveLength(2);
    for await (const task of client.tasks.list()) if (task.taskId === "b") break;
    expect(server.received).toHaveLength(3);
  });
});

describe("failures", () => {
  const problem = {
    code: "task_not_found",
    message: "There is no task tsk_x.",
    status: 404,
    title: "No such task",
    type: "about:blank",
  };

  it("a 404 is a typed error and never a success", async () => {
    const server = await serve((_, response) => json(response, 404, problem, { "x-request-id": "req_1" }));
    const error = await clientFor(server.url)
      .tasks.fetch("tsk_x")
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({
      code: "task_not_found",
      status: 404,
      requestId: "req_1",
      operationId: "fetchTask",
    });
    expect(String(error)).toMatch(
      /GET \/workspaces\/\{workspaceId\}\/tasks\/\{taskId\} answered 404 \(task_not_found\): There is no task/,
    );
    const result = await clientFor(server.url).tasks.fetch("tsk_x").safe();
    expect(result.ok || result.error.code).toBe("task_not_found");
  });

  it("a 502 with a page is a clear error, without the page", async () => {
    const server = await serve((_, response) =>
      response.writeHead(502, { "content-type": "text/html" }).end(`<html>${"x".repeat(200_000)}`),
    );
    const error = await clientFor(server.url, { maxRetries: 0 })
      .tasks.fetch("tsk_x")
      .catch((reason: unknown) => reason);
    expect(isApiError(error) && error.code).toBeUndefined();
    expect(String(error).length).toBeLessThan(400);
    expect(String(error)).toMatch(/answered 502/);
  });

  it("a refused connection is a connection error", async () => {
    const error = await clientFor(await closedPort(), { maxRetries: 0 })
      .tasks.fetch("tsk_x")
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "connection_failed" });
  });

  it("a numeric code is the catalogue's for its status", async () => {
    const server = await serve((_, response) =>
      json(response, 429, { code: 429, message: "Slow down. Retry in 32 seconds." }),
    );
    const error = await clientFor(server.url, { maxRetries: 0 })
      .tasks.fetch("tsk_x")
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 32_000 });
  });
});

describe("types", () => {
  it("say exactly what comes back, and what can go wrong", () => {
    const client = new WorkspaceClient({ apiKey: "k" });
    const call = client.tasks.fetch.bind(client.tasks);
    expectTypeOf(call).returns.resolves.toEqualTypeOf<Task>();
    expectTypeOf<Extract<FetchTaskError, { status: 404 }>["code"]>().toEqualTypeOf<
      "task_not_found" | "workspace_not_found" | undefined
    >();
    expectTypeOf<FetchTaskError["code"]>().not.toEqualTypeOf<string>();
    expectTypeOf(client.tasks.update).parameter(1).toEqualTypeOf<TaskUpdate>();
    expectTypeOf<Extract<keyof TaskUpdate, "createdAt" | "version">>().toEqualTypeOf<never>();
    expectTypeOf<Task["status"]>().extract<"open">().toEqualTypeOf<"open">();
  });

  it("refuse what the spec does not allow", () => {
    const misuse = (client: WorkspaceClient, task: Task): unknown[] => [
      // A fetched task may be sent back whole, with the change made.
      client.tasks.update(task.taskId, { ...task, status: "in_progress" }),
      // @ts-expect-error a title is a text
      client.tasks.create({ title: 1 }),
      // @ts-expect-error a task has a title
      client.tasks.create({}),
      // @ts-expect-error there is no such filter
      client.tasks.list({ colour: "red" }),
      // @ts-expect-error an id is needed
      client.tasks.fetch(),
    ];
    expect(misuse).toBeTypeOf("function");
  });
});
