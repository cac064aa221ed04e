import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { call } from "../../../templates/client/src/runtime/call.js";
import * as errors from "../../../templates/client/src/runtime/errors.js";
import type { Operation } from "../../../templates/client/src/runtime/operation.js";
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
    expect(error).toMatchObject({ name, status, code: `http_${status}` });
  });

  test.each<
    [name: string, errorCodes: Operation["errorCodes"], body: unknown, code: string, serverCode?: string]
  >([
    ["the body's own", { 404: "x" }, { code: "task_not_found" }, "task_not_found"],
    ["the one in its error", { 404: "x" }, { error: { code: "resource_missing" } }, "resource_missing"],
    ["OAuth's", { 404: "" }, { error: "invalid_grant" }, "invalid_grant"],
    ["the catalogue's when the body has a number", { 404: "task_not_found" }, body, "task_not_found"],
    ["the range's", { "4XX": "client_error" }, body, "client_error"],
    ["the default's", { default: "failed" }, body, "failed"],
    ["the status when nobody names one", { 404: "" }, body, "http_404"],
    [
      "unexpected when undeclared",
      { 400: "bad" },
      { code: "constructor" },
      "unexpected_status",
      "constructor",
    ],
    ["unexpected when nothing is declared", undefined, body, "unexpected_status"],
    ["no sentence", { 404: "x" }, { code: "No such thing!" }, "x"],
  ])("has the code: %s", async (_name, errorCodes, answer, code, serverCode) => {
    const server = await serve((_request, response) => json(response, 404, answer));
    const { errorCodes: _none, ...bare } = operation();
    const result = await call<unknown, errors.NotFoundError>(
      apiFor(server.url),
      errorCodes ? { ...bare, errorCodes } : bare,
      {},
    ).safe();
    expect(result.ok || { ...result.error }).toMatchObject({
      name: "NotFoundError",
      code,
      ...(serverCode ? { serverCode } : {}),
    });
  });

  test("says what a person needs, and hides body and headers from logs", async () => {
    const server = await serve((_request, response) => {
      json(response, 404, { ...body, secret: "s3cr3t" }, { "x-request-id": "req_1", "set-cookie": "s3cr3t" });
    });
    const error = await failure(
      call(apiFor(server.url), operation({ path: "/tasks/{id}", errorCodes: { 404: "gone" } }), {
        path: { id: "private" },
      }),
    );
    expect(error.message).toBe("GET /tasks/{id} answered 404 (gone): No task has this id.");
    expect(error).toMatchObject({
      requestId: "req_1",
      operationId: "fetchThing",
      body: { secret: "s3cr3t" },
    });
    for (const shown of [inspect(error, { depth: 9 }), JSON.stringify(error), String(error.stack)]) {
      expect(shown).not.toMatch(/s3cr3t|private/);
    }
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: "NotFoundError",
      code: "gone",
      message: error.message,
    });
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
    expect(error.message).toBe("GET /things answered 404 (http_404): No such thing.");
  });

  test("by a redirect that is not followed says where it leads, and not with what", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(303, { location: "https://www.x.test/sign-in?token=s3cr3t" }).end(),
    );
    const error = await failure(call(apiFor(server.url), operation({ method: "POST" }), {}));
    expect(error.message).toBe("POST /things answered 303 (http_303): a redirect to https://www.x.test");
  });

  test("of a proxy's 200 kB page is short", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(502, { "content-type": "text/html" }).end("<p>".repeat(70_000)),
    );
    const error = await failure(call(apiFor(server.url), operation(), {}));
    expect(error).toMatchObject({ name: "ServerError", status: 502 });
    const start = "GET /things answered 502 (http_502): JSON was expected, text/html came: ";
    expect(error.message).toBe(start.padEnd(300, "<p>"));
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
