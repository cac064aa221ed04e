import { describe, expect, it } from "vitest";

import { createServer, type Layer } from "../../../generated/server/src/index.js";
import {
  OPTIONS,
  handlersOf,
  serverOf,
  ROOT,
  requestOf,
  type Context,
} from "../../support/contract-server.js";

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
