import { describe, expect, it } from "vitest";

import { echo, ROOT, requestOf, problemOf } from "../../support/contract-server.js";

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
          sort: "-createdAt",
          all: true,
          status: ["planned", "in_progress"],
          includeHierarchy: false,
        },
        body: undefined,
      },
      {
        path: { workspaceId: "current" },
        query: { limit: 50, sort: "-createdAt", all: false, status: ["open"], includeHierarchy: false },
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
    ["no date", `${list}?createdAfter=yesterday`, "format /query/createdAfter"],
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
    ['{"title":""}', "validation_failed", 422, ["min_length /title", "pattern /title"]],
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

  it.each([
    ["a byte that never occurs", [0xff]],
    ["a character of another encoding", [0xe9]],
    ["a character cut after two of its four bytes", [0xf0, 0x9f]],
  ])("in bytes that are no UTF-8 is refused: %s", async (_, wrong) => {
    const { server, seen } = echo();
    const body = new Uint8Array([...new TextEncoder().encode('{"title":"\uFFFD'), ...wrong, 0x22, 0x7d]);
    const headers = { "content-type": "application/json" };
    for (const each of [headers, { ...headers, "content-length": String(body.byteLength) }]) {
      const response = await server(new Request(ROOT + list, { method: "POST", body, headers: each }));
      expect(await problemOf(response)).toMatchObject({ status: 400, code: "malformed_body" });
    }
    expect(seen).toEqual([]);
  });

  it("may hold the character that stands for what cannot be read", async () => {
    const { server, seen } = echo();
    const body = new TextEncoder().encode('{"title":"\uFFFD \u{1F680}"}');
    const headers = { "content-type": "application/json", "content-length": String(body.byteLength) };
    expect((await server(new Request(ROOT + list, { method: "POST", body, headers }))).status).toBe(204);
    expect(seen[0]?.body).toMatchObject({ title: "\uFFFD \u{1F680}" });
  });

  it("may carry unknown parameters where the server says so", async () => {
    const { server, seen } = echo({ unknownQuery: "ignore" });
    expect((await server(requestOf(`${list}?utm=1&limit=3`))).status).toBe(204);
    expect(seen[0]?.query).toMatchObject({ limit: 3 });
    expect(seen[0]?.query).not.toHaveProperty("utm");
  });
});
