import { beforeAll, describe, expect, it } from "vitest";

import {
  ContractError,
  contract,
  createServer,
  type Call,
  type Handlers,
  type Layer,
  type OperationId,
  type ServerOptions,
} from "../../generated/server/src/index.js";
import { checkResponse, checkWebhook } from "../../generated/server/src/responses.js";
import type { ApiModel, Operation, Response as Declared } from "../../generator/model/api-model.js";
import type { JsonObject } from "../../generator/model/json.js";
import { loadModel } from "../../generator/pipeline.js";
import { serveFetch } from "../support/fetch-server.js";
import { exampleRequest, exampleRequests, type ExampleRequest } from "../support/spec-examples.js";

interface Context {
  readonly caller: string;
}
type AnyHandler = (input: Input, context: Context) => Promise<object>;
interface Input {
  readonly path: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly body: unknown;
  readonly fail: (code: string, message?: string, extras?: object) => never;
}

let model: ApiModel;
let document: JsonObject;

beforeAll(async () => {
  const loaded = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false });
  model = loaded.model;
  document = loaded.source.document;
});

/** What every response carries, and what only some do. */
const HEADERS: Readonly<Record<string, string>> = {
  RateLimit: '"burst";r=39;t=60',
  "RateLimit-Policy": '"burst";q=40;w=60',
  ETag: '"tsk_4fJ2-7"',
  Location: "https://api.workspace.example/api/v1/things/thing_1",
  "Retry-After": "12",
  "WWW-Authenticate": 'Bearer realm="workspace"',
};

/** Adds the headers that an operation declares for the status of its answer. */
const declaredHeaders: Layer<Context> = async (call, next) => {
  const response = await next();
  for (const { name } of call.operation.responses[response.status]?.headers ?? []) {
    const value = HEADERS[name];
    if (value !== undefined && !response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
};

const OPTIONS: ServerOptions<Context> = {
  context: () => ({ caller: "u_ada" }),
  outer: [declaredHeaders],
  failures: {
    parameter: "invalid_parameter",
    body: "malformed_body",
    validation: "validation_failed",
    mediaType: "unsupported_media_type",
    tooLarge: "payload_too_large",
    internal: "internal_error",
  },
  requestId: { header: "X-Request-Id", create: () => "req_1" },
  checkResponses: true,
};

/** A handler for every operation: the one given, or the same for all. */
function handlersOf(handler: (id: OperationId) => AnyHandler): Handlers<Context> {
  const ids = Object.keys(contract.operations) as OperationId[];
  // Each test looks at what its handlers got and gave; the types are tested elsewhere.
  return Object.fromEntries(ids.map((id) => [id, handler(id)])) as unknown as Handlers<Context>;
}

function serverOf(handler: AnyHandler, options: Partial<ServerOptions<Context>> = {}) {
  return createServer<Context>(
    handlersOf(() => handler),
    { ...OPTIONS, ...options },
  );
}

/** A server that gives back its request instead of an answer of the operation's. */
function echo(options: Partial<ServerOptions<Context>> = {}) {
  const seen: Input[] = [];
  const server = serverOf(
    async (input) => {
      seen.push(input);
      return { status: 204 };
    },
    { checkResponses: false, outer: [], ...options },
  );
  return { server, seen };
}

const ROOT = "http://localhost/api/v1";

function requestOf(path: string, method = "GET", body?: string, type = "application/json"): Request {
  return new Request(ROOT + path, {
    method,
    ...(body === undefined ? {} : { body, headers: { "content-type": type } }),
  });
}

async function problemOf(response: Response): Promise<{ status: number; code: unknown; errors: string[] }> {
  const { code, errors = [] } = (await response.json()) as {
    code: string;
    errors?: { code: string; pointer: string }[];
  };
  return {
    status: response.status,
    code,
    errors: errors.map((error) => `${error.code} ${error.pointer}`).sort(),
  };
}

describe("every operation", () => {
  it("takes the spec's example of a request, and answers each of its examples as the spec says", async () => {
    const operations = new Map(model.operations.map((operation) => [operation.id, operation]));
    let current: object = {};
    const server = await serveFetch(serverOf(async () => current));
    let count = 0;
    const exchange = async (operation: Operation, request: ExampleRequest, output: Output): Promise<void> => {
      current = output;
      const { method, path, headers, body = null } = request;
      const url = server.url + contract.basePath + path;
      const response = await fetch(url, { method, headers, body, redirect: "manual" });
      const text = await response.text();
      expect([server.errors.map(String), response.status], `${operation.id}: ${text.slice(0, 500)}`).toEqual([
        [],
        output.status,
      ]);
      if ("body" in output && !(output.body instanceof Blob)) expect(JSON.parse(text)).toEqual(output.body);
      count += 1;
    };
    for (const operation of operations.values()) {
      const requests = exampleRequests(document, operation);
      const outputs = outputsOf(operation);
      const [request] = requests;
      const [output] = outputs;
      if (!request || !output) throw new Error(`${operation.id} has no example.`);
      for (const each of requests) await exchange(operation, each, output);
      for (const each of outputs.slice(1)) await exchange(operation, request, each);
    }
    expect(operations.size).toBe(model.operations.length);
    expect(count).toBeGreaterThan(140);
  });

  it("answers each of its error codes with the status and the body that the spec declares", async () => {
    let code = "";
    const server = serverOf(async ({ fail }) => fail(code));
    let count = 0;
    for (const operation of model.operations) {
      const { method, path, headers, body = null } = exampleRequest(document, operation);
      for (const [declared, status] of Object.entries(
        contract.operations[operation.id as OperationId].codes,
      )) {
        code = declared;
        const response = await server(new Request(ROOT + path, { method, headers, body }));
        const problem = (await response.json()) as Record<string, unknown>;
        expect(problem, operation.id).toMatchObject({ code: declared, status, requestId: "req_1" });
        expect(problem["type"]).toBe(
          `https://api.workspace.example/problems/${declared.replaceAll("_", "-")}`,
        );
        expect(response.status).toBe(status);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(1000);
  });

  it("has the same facts in the contract as in the spec", () => {
    for (const operation of model.operations) {
      const { id, method, path, security, policies } = operation;
      expect(contract.operations[id as OperationId]).toMatchObject({
        id,
        method,
        path,
        security,
        cost: policies.cost,
        ...(policies.idempotency ? { idempotencyHeader: policies.idempotency.header } : {}),
        ...(policies.pagination ? { pagination: policies.pagination } : {}),
      });
    }
    expect(contract.operations.fetchTask).toMatchObject({ etag: true, ifNoneMatch: true, ifMatch: false });
    expect(contract.operations.updateTask).toMatchObject({ etag: true, ifNoneMatch: false, ifMatch: true });
    expect(contract.rateLimits).toEqual(model.policies.rateLimits);
    expect(Object.keys(contract.errorCodes)).toEqual(model.errorCodes.map(({ code }) => code));
  });
});

interface Output {
  readonly status: number;
  readonly body?: unknown;
}

function outputsOf(operation: Operation): Output[] {
  const successes = operation.responses.filter(({ status }) => /^[23]/.test(status));
  return successes.flatMap((response: Declared) => {
    const status = Number(response.status);
    const [content] = response.contents;
    if (!content) return [{ status }];
    if (content.kind === "binary") return [{ status, body: new Blob(["bytes"]) }];
    return content.examples.map(({ value }) => ({ status, body: value }));
  });
}

describe("a request", () => {
  it("comes decoded, with defaults, and without what only the server sets", async () => {
    const { server, seen } = echo();
    await server(requestOf("/workspaces/current/tasks?limit=5&all=true&status=planned&status=in_progress"));
    await server(requestOf("/workspaces/current/tasks?status=open"));
    const update = { title: "New", taskId: "tsk_1", version: 7, ancestors: [] };
    const type = "application/merge-patch+json; charset=utf-8";
    await server(requestOf("/workspaces/w_1/tasks/tsk_1", "PATCH", JSON.stringify(update), type));
    await server(
      requestOf(
        `/workspaces/current/tasks/tsk_1/comments/cmt_1/reactions/${encodeURIComponent("👍")}`,
        "PUT",
      ),
    );
    expect(seen.map(({ path, query, body }) => ({ path, query, body }))).toEqual([
      {
        path: { workspaceId: "current" },
        query: {
          limit: 5,
          sort: "-updatedAt",
          all: true,
          status: ["planned", "in_progress"],
          includeHierarchy: false,
        },
        body: undefined,
      },
      {
        path: { workspaceId: "current" },
        query: { limit: 50, sort: "-updatedAt", all: false, status: ["open"], includeHierarchy: false },
        body: undefined,
      },
      { path: { workspaceId: "w_1", taskId: "tsk_1" }, query: {}, body: { title: "New" } },
      {
        path: { workspaceId: "current", taskId: "tsk_1", commentId: "cmt_1", emoji: "👍" },
        query: {},
        body: undefined,
      },
    ]);
  });

  const list = "/workspaces/current/tasks";
  it.each([
    ["an unknown parameter", `${list}?limti=5`, "unknown /query/limti"],
    [
      "a parameter named like a member of every object",
      `${list}?constructor=1`,
      "unknown /query/constructor",
    ],
    ["a value out of range", `${list}?limit=201`, "maximum /query/limit"],
    ["a value of another type", `${list}?limit=ten`, "type /query/limit"],
    ["an empty number", `${list}?limit=`, "type /query/limit"],
    ["a fraction", `${list}?limit=1.5`, "type /query/limit"],
    ["a number in another base", `${list}?limit=0x10`, "type /query/limit"],
    ["a scalar given twice", `${list}?limit=1&limit=2`, "type /query/limit"],
    ["no boolean", `${list}?all=yes`, "type /query/all"],
    ["an unknown value of an enumeration", `${list}?status=done`, "enum /query/status/0"],
    ["the same item twice", `${list}?status=open&status=open`, "unique_items /query/status"],
    ["no date", `${list}?startDate=yesterday`, "format /query/startDate"],
    ["a path value of another form", "/workspaces/x/tasks", "pattern /path/workspaceId"],
    ["an encoding that is none", `${list}?cursor=%E0%A4`, "format /query/cursor"],
    ["a missing parameter", "/workspaces/current/tasks/search", "required /query/query"],
  ])("with %s is refused by name", async (_, path, error) => {
    const { server, seen } = echo();
    const response = await server(requestOf(path));
    expect(await problemOf(response)).toEqual({ status: 400, code: "invalid_parameter", errors: [error] });
    expect(seen).toEqual([]);
  });

  it.each([
    ["", "malformed_body", 400, []],
    ["{", "malformed_body", 400, []],
    ["null", "validation_failed", 422, ["type "]],
    ["[]", "validation_failed", 422, ["type "]],
    ["{}", "validation_failed", 422, ["required /title"]],
    ['{"title":""}', "validation_failed", 422, ["min_length /title"]],
    ['{"title":"T","titel":1}', "validation_failed", 422, ["unknown /titel"]],
    ['{"title":"T","a/b~c":1}', "validation_failed", 422, ["unknown /a~1b~0c"]],
    ['{"title":"T","__proto__":{}}', "validation_failed", 422, ["unknown /__proto__"]],
    [
      '{"title":3,"contributors":[{"type":"boss"}],"deadline":"soon"}',
      "validation_failed",
      422,
      ["enum /contributors/0/type", "format /deadline", "required /contributors/0/userId", "type /title"],
    ],
  ])("with the body %j is refused as %s", async (body, code, status, errors) => {
    const { server, seen } = echo();
    const response = await server(requestOf(list, "POST", body));
    expect(await problemOf(response)).toEqual({ status, code, errors });
    expect(seen).toEqual([]);
  });

  it("tells what is wrong with the variant that it says it is, not with all of them", async () => {
    const { server } = echo();
    const path = "/workspaces/current/agent-sessions/ses_1/activities";
    const activity = { type: "url", url: 5 };
    const response = await server(requestOf(path, "POST", JSON.stringify(activity)));
    const { errors } = await problemOf(response);
    expect(errors).toContain("type /url");
    expect(errors.filter((error) => error.startsWith("enum"))).toEqual([]);
    const unknown = await server(requestOf(path, "POST", JSON.stringify({ ...activity, type: "rumour" })));
    expect((await problemOf(unknown)).errors).toEqual(["enum /type"]);
  });

  it.each([
    ["text/plain", "{}"],
    ["application/json; charset=latin1", "{}"],
    ["application/xml", "<a/>"],
  ])("of the media type %s is refused with 415", async (type, body) => {
    const { server } = echo();
    expect(await problemOf(await server(requestOf(list, "POST", body, type)))).toMatchObject({
      status: 415,
      code: "unsupported_media_type",
    });
  });

  it("without a media type, or compressed, is refused with 415", async () => {
    const { server } = echo();
    const bare = new Request(ROOT + list, { method: "POST", body: new Uint8Array([123, 125]) });
    expect((await server(bare)).status).toBe(415);
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    expect((await server(new Request(ROOT + list, { method: "POST", body: "{}", headers }))).status).toBe(
      415,
    );
  });

  it("that is too large is refused with 413, whether it tells its length or not", async () => {
    const { server, seen } = echo({ maxBodyBytes: 100 });
    const body = JSON.stringify({ title: "T".repeat(90) });
    expect(new TextEncoder().encode(body).byteLength).toBeGreaterThan(100);
    const headers = { "content-type": "application/json" };
    const told = { ...headers, "content-length": String(body.length) };
    for (const each of [headers, told]) {
      const request = new Request(ROOT + list, { method: "POST", body, headers: each });
      expect(await problemOf(await server(request))).toMatchObject({
        status: 413,
        code: "payload_too_large",
      });
    }
    expect(seen).toEqual([]);
    expect((await server(requestOf(list, "POST", JSON.stringify({ title: "T".repeat(80) })))).status).toBe(
      204,
    );
  });

  it("in bytes that are no UTF-8 is refused", async () => {
    const { server } = echo();
    const body = new Uint8Array([...new TextEncoder().encode('{"title":"'), 0xff, 0x22, 0x7d]);
    const headers = { "content-type": "application/json" };
    const response = await server(new Request(ROOT + list, { method: "POST", body, headers }));
    expect(await problemOf(response)).toMatchObject({ status: 400, code: "malformed_body" });
  });

  it("may carry unknown parameters where the server says so", async () => {
    const { server, seen } = echo({ unknownQuery: "ignore" });
    expect((await server(requestOf(`${list}?utm=1&limit=3`))).status).toBe(204);
    expect(seen[0]?.query).toMatchObject({ limit: 3 });
    expect(seen[0]?.query).not.toHaveProperty("utm");
  });
});

describe("routing", () => {
  it.each([
    ["GET", "/workspaces/current/tasks/search?query=x", "searchTasks", {}],
    ["GET", "/workspaces/current/tasks/tsk_1", "fetchTask", { taskId: "tsk_1" }],
    ["HEAD", "/workspaces/current/tasks/tsk_1", "fetchTask", { taskId: "tsk_1" }],
    ["GET", "/workspaces/current/tasks/tsk%5F1", "fetchTask", { taskId: "tsk_1" }],
    [
      "DELETE",
      "/workspaces/current/tasks/tsk_1/relations/blocks/tsk_2",
      "removeTaskRelation",
      { type: "blocks" },
    ],
  ])("%s %s leads to %s", async (method, path, id, params) => {
    const calls: Call<Context>[] = [];
    const { server } = echo({
      outer: [
        (call, next) => {
          calls.push(call);
          return next();
        },
      ],
    });
    expect((await server(requestOf(path, method))).status).toBe(204);
    expect(calls.map(({ operation }) => operation.id)).toEqual([id]);
    expect(calls[0]?.params).toMatchObject(params);
  });

  it.each([
    ["GET", "/workspaces/current/task", 404, "not_found", null],
    ["GET", "/workspaces/current/tasks/", 404, "not_found", null],
    ["GET", "/workspaces/current/tasks/a%2Fb/none", 404, "not_found", null],
    ["GET", "/workspaces/current/tasks/%E0%A4", 400, "invalid_parameter", null],
    ["POST", "/workspaces/current/tasks/tsk_1", 405, "method_not_allowed", "DELETE, GET, HEAD, PATCH"],
    ["PUT", "/me", 405, "method_not_allowed", "GET, HEAD"],
  ])("%s %s is answered with %i", async (method, path, status, code, allow) => {
    const { server } = echo();
    const response = await server(requestOf(path, method));
    expect(response.headers.get("allow")).toBe(allow);
    expect(response.headers.get("x-request-id")).toBe("req_1");
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await problemOf(response)).toMatchObject({ status, code });
  });

  it("outside of the base path there is nothing", async () => {
    const { server } = echo();
    expect((await server(new Request("http://localhost/me"))).status).toBe(404);
    expect((await server(new Request("http://localhost/api/v1me"))).status).toBe(404);
    const { server: other } = echo({ basePath: "" });
    expect((await other(new Request("http://localhost/me"))).status).toBe(204);
  });
});

describe("layers", () => {
  it("run in order: outer ones before the request is looked at, inner ones once it is valid", async () => {
    const log: string[] = [];
    const logging =
      (name: string): Layer<Context> =>
      async (call, next) => {
        log.push(`${name} ${call.input === undefined ? "unread" : JSON.stringify(call.input.body)}`);
        const response = await next();
        log.push(`${name} ${response.status}`);
        return response;
      };
    const server = serverOf(
      async () => {
        log.push("handler");
        return { status: 204 };
      },
      { checkResponses: false, outer: [logging("a"), logging("b")], inner: [logging("c"), logging("d")] },
    );
    const body = '{"title":"T"}';
    await server(requestOf("/workspaces/current/tasks", "POST", body));
    expect(log).toEqual([
      "a unread",
      "b unread",
      `c ${body}`,
      `d ${body}`,
      "handler",
      "d 204",
      "c 204",
      "b 204",
      "a 204",
    ]);
    log.length = 0;
    await server(requestOf("/workspaces/current/tasks", "POST", "{}"));
    expect(log).toEqual(["a unread", "b unread", "b 422", "a 422"]);
  });

  it("refuse before validation, and replace the context", async () => {
    const callers: string[] = [];
    const server = createServer<Context>(
      handlersOf(() => async (_, { caller }) => {
        callers.push(caller);
        return { status: 204 };
      }),
      {
        ...OPTIONS,
        checkResponses: false,
        outer: [
          (call, next) => {
            const caller = call.request.headers.get("authorization");
            const extras = { headers: { "WWW-Authenticate": "Bearer" } };
            if (caller === null) throw call.fail("credential_missing", undefined, extras);
            call.context = { caller };
            return next();
          },
        ],
      },
    );
    const refused = await server(requestOf("/workspaces/nonsense/tasks?nonsense=1"));
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    const headers = { authorization: "Bearer ada" };
    expect((await server(new Request(`${ROOT}/me`, { headers }))).status).toBe(204);
    expect(callers).toEqual(["Bearer ada"]);
  });

  it("inner ones see what fails as thrown, and can have it as a response", async () => {
    const seen: unknown[] = [];
    const server = serverOf(async ({ fail }) => fail("task_not_found", "Gone."), {
      checkResponses: false,
      inner: [
        async (call, next) => {
          try {
            return await next();
          } catch (error) {
            seen.push(await call.respond(error).json());
            throw error;
          }
        },
      ],
    });
    expect((await server(requestOf("/workspaces/current/tasks/tsk_1"))).status).toBe(404);
    expect(seen).toMatchObject([{ code: "task_not_found", message: "Gone.", status: 404 }]);
  });

  it("what is thrown and is no failure is told to the server's owner alone", async () => {
    const errors: unknown[] = [];
    const server = serverOf(
      async () => {
        throw new Error("password=hunter2");
      },
      { onError: (error) => errors.push(error) },
    );
    const response = await server(requestOf("/me"));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("hunter2");
    expect(errors.map(String)).toEqual(["Error: password=hunter2"]);
  });
});

describe("a response that the spec does not allow", () => {
  const me = (): object => {
    const examples = model.operations.find(({ id }) => id === "fetchMe")?.responses[0]?.contents[0]?.examples;
    return Object(examples?.[0]?.value);
  };
  it.each([
    [
      "an undeclared status",
      () => ({ status: 202, body: {} }),
      "fetchMe answered 202: the operation declares",
    ],
    [
      "an invalid body",
      () => ({ status: 200, body: { ...me(), name: 5 } }),
      "fetchMe answered 200 at /name: ",
    ],
    ["no body", () => ({ status: 200 }), "fetchMe answered 200 at /header/Content-Type"],
  ])("with %s rejects by name", async (_, output, message) => {
    const server = serverOf(async () => output());
    const rejection: unknown = await server(requestOf("/me")).catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(ContractError);
    expect(String(rejection)).toContain(message);
  });

  it("with an undeclared code rejects by name", async () => {
    const server = serverOf(async ({ fail }) => fail("last_owner"));
    await expect(server(requestOf("/me"))).rejects.toThrow("fetchMe answered 409");
    const other = serverOf(async ({ fail }) => fail("bug_not_found"));
    await expect(other(requestOf("/workspaces/current/tasks/tsk_1"))).rejects.toThrow(
      'fetchTask answered 404 at /code: "bug_not_found" is not one of',
    );
  });

  it("without a required header, or with one of another form, rejects by name", async () => {
    const server = serverOf(async () => ({ status: 200, body: me() }), { outer: [] });
    await expect(server(requestOf("/me"))).rejects.toThrow("at /header/");
    const weak = serverOf(async () => ({ status: 200, body: me(), headers: { ETag: 'W/"1"' } }));
    await expect(weak(requestOf("/me"))).rejects.toThrow("at /header/ETag");
  });

  it("is found in any response, and in webhooks, by the same checks", async () => {
    const headers = { ...HEADERS, "X-Request-Id": "req_1", "content-type": "application/json" };
    await checkResponse("fetchMe", Response.json(me(), { headers }));
    await expect(checkResponse("fetchMe", Response.json({}, { headers }))).rejects.toThrow(ContractError);
    const event = model.webhooks.find(({ name }) => name === "task.created");
    checkWebhook("task.created", event?.body?.contents[0]?.examples[0]?.value);
    expect(() => checkWebhook("task.created", {})).toThrow(ContractError);
  });
});
