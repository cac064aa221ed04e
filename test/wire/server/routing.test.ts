import { describe, expect, it } from "vitest";

import { type Call } from "../../../generated/server/src/index.js";
import { echo, requestOf, problemOf, type Context } from "../../support/contract-server.js";

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
