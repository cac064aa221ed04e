import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { call } from "../../../templates/client/src/runtime/call.js";
import * as errors from "../../../templates/client/src/runtime/errors.js";
import { apiFor, failure, json, listen, operation, serve } from "../../support/api-server.js";
import { eventually } from "../../support/until.js";

describe("a failure by status", () => {
  const body = { type: "about:blank", code: 404, detail: "No task has this id." };
  const classes: [number, string][] = [
    [400, "BadRequestError"],
    [401, "AuthenticationError"],
    [402, "StatusError"],
    [403, "PermissionError"],
    [404, "NotFoundError"],
    [409, "ConflictError"],
    [412, "PreconditionFailedError"],
    [413, "PayloadTooLargeError"],
    [415, "UnsupportedMediaTypeError"],
    [422, "ValidationError"],
    [429, "RateLimitError"],
    [500, "ServerError"],
    [599, "ServerError"],
  ];

  test.each(classes)("%i is a %s", async (status, name) => {
    const server = await serve((_request, response) => json(response, status, {}));
    const error = await failure(call(apiFor(server.url), operation(), {}));
    expect(error).toBeInstanceOf(Reflect.get(errors, name));
    expect(error).toMatchObject({ name, status });
    expect(error.code).toBeUndefined();
  });

  test.each<[what: string, body: unknown, code: string | undefined]>([
    ["the body's own", { code: "task_not_found" }, "task_not_found"],
    ["the one in its error", { error: { code: "resource_missing" } }, "resource_missing"],
    ["OAuth's", { error: "invalid_grant", error_description: "Expired." }, "invalid_grant"],
    ["Google's", { error: { code: 404, status: "NOT_FOUND" } }, "NOT_FOUND"],
    ["AWS's", { __type: "com.amazonaws.dynamodb#ResourceNotFoundException" }, "ResourceNotFoundException"],
    ["that of the first of a list", { errors: [{ code: "no_such_thing" }] }, "no_such_thing"],
    ["none for a number, which says no more than the status", body, undefined],
    ["none for a sentence", { code: "No such thing!" }, undefined],
    ["none for a page of a proxy", "<html>code</html>", undefined],
  ])("has the server's code: %s", async (_what, answer, code) => {
    const server = await serve((_request, response) => json(response, 404, answer));
    expect((await failure(call(apiFor(server.url), operation(), {}))).code).toBe(code);
  });

  const implied = operation({
    impliedCodes: { 404: { code: "gone", mediaTypes: ["application/problem+json"] } },
  });
  test.each([
    ["application/problem+json; charset=utf-8", "gone"],
    ["text/html", undefined],
  ])("has the only code that the spec declares where the declared type came: %s", async (type, code) => {
    const server = await serve((_request, response) =>
      response.writeHead(404, { "content-type": type }).end("{}"),
    );
    expect((await failure(call(apiFor(server.url), implied, {}))).code).toBe(code);
  });

  test("says what a person needs, shows the body to logs, and hides the headers", async () => {
    const server = await serve((_request, response) => {
      json(response, 404, { ...body, hint: "seen" }, { "x-request-id": "req_1", "set-cookie": "s3cr3t" });
    });
    const error = await failure(
      call(apiFor(server.url), operation({ path: "/tasks/{id}" }), { path: { id: "private" } }),
    );
    expect(error.message).toBe("GET /tasks/{id} answered 404: No task has this id. (request id req_1)");
    expect(error).toMatchObject({ requestId: "req_1", operationId: "fetchThing", attempts: 1 });
    for (const shown of [inspect(error, { depth: 9 }), JSON.stringify(error)]) {
      expect(shown).toContain("seen");
      expect(shown).not.toMatch(/s3cr3t|private/);
    }
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: "NotFoundError",
      message: error.message,
    });
  });

  test("says what the catalogue says to do", async () => {
    const errorCodes = async () => ({ task_not_found: { status: 404, remedy: "Check the id." } });
    const server = await serve((_request, response) =>
      json(response, 404, { code: "task_not_found", detail: "No task has this id" }),
    );
    const error = await failure(call(apiFor(server.url, {}, { errorCodes }), operation(), {}));
    expect(error.message).toBe(
      "GET /things answered 404 (task_not_found): No task has this id. Check the id.",
    );
    expect(error).toMatchObject({ remedy: "Check the id." });
  });

  test("says how often it was sent, and for how long", async () => {
    const server = await serve((_request, response) => json(response, 503, {}));
    const error = await failure(call(apiFor(server.url, { maxRetries: 2 }), operation(), {}));
    expect(error).toMatchObject({ attempts: 3, durationMs: expect.any(Number) });
    expect(error.message).toMatch(/^GET \/things answered 503 \(3 attempts in [\d.]+ m?s\)$/);
  });

  test("names the caller's line first", async () => {
    const server = await serve((_request, response) => json(response, 500, {}));
    async function chargeTheCustomer(): Promise<void> {
      await call(apiFor(server.url), operation(), {});
    }
    const error = await failure(chargeTheCustomer());
    expect(error.stack).toMatch(/^ServerError: GET \/things answered 500\n\s+at /);
    expect(error.stack).toContain("chargeTheCustomer");
  });

  test("makes harmless what a terminal would obey", async () => {
    const server = await serve((_request, response) =>
      json(response, 400, { message: "a\u001b[31mred\r\nb\u0000\u202ec" }),
    );
    const { message } = await failure(call(apiFor(server.url), operation(), {}));
    expect(message).toBe("GET /things answered 400: a\ufffd[31mred b\ufffd\ufffdc");
  });

  test("says no secret of the client, even when the server does", async () => {
    const server = await serve((request, response) =>
      json(response, 401, { message: `Bad: ${request.headers.authorization}` }),
    );
    const error = await failure(
      call(apiFor(server.url, { apiKey: "key_12345" }), operation({ security: [["apiKey"]] }), {}),
    );
    expect(error.message).toContain("Bad: Bearer [secret]");
  });

  test("is readable where a header of the client says that it holds a secret, and holds none", async () => {
    const server = await serve((_request, response) => json(response, 404, { message: "No such thing." }));
    const api = apiFor(server.url, { headers: { authorization: "Bearer " } });
    const error = await failure(call(api, operation({ security: [["apiKey"]] }), {}));
    expect(error.message).toBe("GET /things answered 404: No such thing.");
  });

  test("by a redirect that is not followed says where it leads, and not with what", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(303, { location: "https://www.x.test/sign-in?token=s3cr3t" }).end(),
    );
    const error = await failure(call(apiFor(server.url), operation({ method: "POST" }), {}));
    expect(error.message).toBe("POST /things answered 303: a redirect to https://www.x.test");
  });

  test("of a proxy's 200 kB page is short", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(502, { "content-type": "text/html" }).end("<p>".repeat(70_000)),
    );
    const error = await failure(call(apiFor(server.url), operation(), {}));
    expect(error).toMatchObject({ name: "ServerError", status: 502 });
    expect(error.message).toBe("GET /things answered 502: text/html came");
    expect(String(Reflect.get(error, "body")).length).toBe(64 * 1024);
  });

  test("reads 64 KiB of an endless body, and lets go of the connection", async () => {
    const closed = vi.fn<() => void>();
    const url = await listen((_request, response) => {
      response.writeHead(500);
      const drip = (): void =>
        void (response.write(Buffer.alloc(65_536, "x")) ? setImmediate(drip) : response.once("drain", drip));
      drip();
      response.on("close", closed);
    });
    await failure(call(apiFor(url), operation(), {}));
    await eventually(() => expect(closed).toHaveBeenCalledOnce());
  });

  test("is none of success, even without the expected members", async () => {
    const server = await serve((_request, response) => json(response, 500, { id: "tsk_1" }));
    expect(await failure(call(apiFor(server.url), operation(), {}))).toBeInstanceOf(errors.ServerError);
  });

  test("is recognised across copies of the package", async () => {
    vi.resetModules();
    const copy = await import("../../../templates/client/src/runtime/errors.js");
    const error = new copy.TimeoutError("late");
    expect(error).not.toBeInstanceOf(errors.ApiError);
    expect(errors.isApiError(error)).toBe(true);
    expect(errors.isApiError(new Error("late"))).toBe(false);
  });
});
