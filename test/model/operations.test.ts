import { describe, expect, it } from "vitest";

import { findingsOf, operationsOf, type Json } from "../support/models.js";

describe("operations", () => {
  it("derives missing and repeated ids, and says so", () => {
    const get = { operationId: "same", responses: {} };
    const paths = { "/a/{id}/b": { get: { responses: {} } }, "/c": { get }, "/d": { get } };
    expect(operationsOf(paths).map(({ id }) => id)).toEqual(["getAByIdB", "same", "getD"]);
    expect(findingsOf({ paths }).filter((finding) => finding.startsWith("operation-id"))).toEqual([
      "operation-id /paths/~1a~1{id}~1b/get",
      "operation-id /paths/~1d/get",
    ]);
  });

  const methodNames: [string, Json, string, string][] = [
    [
      "the verb alone, where the noun is the resource",
      { operationId: "listTasks", tags: ["Tasks"] },
      "tasks",
      "list",
    ],
    ["a namespaced id", { operationId: "repos/get-content", tags: ["repos"] }, "repos", "getContent"],
    [
      "all words, where the noun is about something else",
      { operationId: "getTeamTasks", tags: ["Tasks"] },
      "tasks",
      "getTeamTasks",
    ],
    [
      "the spec's own words",
      { operationId: "x", "x-resource": "teams.members", "x-method": "put" },
      "teams.members",
      "put",
    ],
    [
      "the first telling segment of the path, without tags",
      { operationId: "ListThem" },
      "things",
      "listThem",
    ],
  ];
  it.each(methodNames)("calls a method by %s", (_, operation, resource, method) => {
    const [found] = operationsOf({ "/api/v1/things/{id}": { get: { responses: {}, ...operation } } });
    expect([found?.resource.join("."), found?.methodName]).toEqual([resource, method]);
  });

  it("lets the first of two methods keep the short name", () => {
    const tags = ["Tasks"];
    const paths = {
      "/a": { get: { operationId: "listTasks", tags, responses: {} } },
      "/b": { get: { operationId: "tasksList", tags, responses: {} } },
    };
    expect(operationsOf(paths).map(({ methodName }) => methodName)).toEqual(["list", "listTasks"]);
  });

  it("merges parameters of the path with those of the operation, in the template's order", () => {
    const parameter = (name: string, place: string, type = "string"): Json => ({
      name,
      in: place,
      schema: { type },
    });
    const [operation] = operationsOf({
      "/{a}/{b}": {
        parameters: [parameter("b", "path"), parameter("q", "query"), parameter("Accept", "header")],
        get: { parameters: [parameter("q", "query", "integer"), parameter("a", "path")], responses: {} },
      },
    });
    expect(operation?.parameters.map(({ name, in: place, schema }) => [name, place, schema])).toEqual([
      ["a", "path", { type: "string" }],
      ["b", "path", { type: "string" }],
      ["q", "query", { type: "integer" }],
    ]);
  });

  const mended: [string, Json, string][] = [
    [
      "an undeclared path parameter",
      { "/a/{id}": { get: { operationId: "x", responses: {} } } },
      "path-parameter-declared /paths/~1a~1{id}/get",
    ],
    [
      "a path parameter that is not in the path",
      { "/a": { get: { operationId: "x", parameters: [{ name: "id", in: "path" }], responses: {} } } },
      "path-parameter-in-path /paths/~1a/get",
    ],
    [
      "a repeated parameter",
      {
        "/a": {
          get: {
            operationId: "x",
            parameters: [
              { name: "q", in: "query" },
              { name: "q", in: "query" },
            ],
            responses: {},
          },
        },
      },
      "unique-parameter /paths/~1a/get/parameters/1",
    ],
    [
      "a body on GET",
      { "/a": { get: { operationId: "x", requestBody: { content: { "text/plain": {} } }, responses: {} } } },
      "no-body-on-get /paths/~1a/get",
    ],
    [
      "a status that is none",
      { "/a": { get: { operationId: "x", responses: { ok: {} } } } },
      "response-status /paths/~1a/get/responses/ok",
    ],
    [
      "an undeclared security scheme",
      { "/a": { get: { operationId: "x", security: [{ no: [] }], responses: {} } } },
      "security-scheme-declared /paths/~1a/get/security/0",
    ],
  ];
  it.each(mended)("mends %s and warns", (_, paths, finding) => {
    expect(findingsOf({ paths })).toEqual([finding]);
  });

  it("follows references in path items, parameters, bodies and responses", () => {
    const [operation] = operationsOf(
      { "/a": { $ref: "#/components/pathItems/A" } },
      {
        components: {
          pathItems: {
            A: {
              post: {
                operationId: "x",
                parameters: [{ $ref: "#/components/parameters/Q" }],
                requestBody: { $ref: "#/components/requestBodies/B" },
                responses: { 200: { $ref: "#/components/responses/R" } },
              },
            },
          },
          parameters: { Q: { name: "q", in: "query", schema: { type: "string" } } },
          requestBodies: { B: { required: true, content: { "text/plain": {} } } },
          responses: { R: { description: "r" } },
        },
      },
    );
    expect(operation?.parameters[0]?.name).toBe("q");
    expect(operation?.body).toMatchObject({ required: true, contents: [{ kind: "text" }] });
    expect(operation?.responses[0]?.description).toBe("r");
  });

  const kinds: [string, Json, string][] = [
    ["application/json; charset=utf-8", {}, "json"],
    ["application/vnd.acme.v3+json", {}, "json"],
    ["application/x-www-form-urlencoded", {}, "form"],
    ["multipart/form-data", {}, "multipart"],
    ["text/event-stream", {}, "events"],
    ["text/csv", {}, "text"],
    ["application/xml", {}, "text"],
    ["image/png", {}, "binary"],
    ["application/octet-stream", { schema: { type: "string", format: "binary" } }, "binary"],
    ["image/png", { schema: { $ref: "#/paths/~1a/post/x-image" } }, "binary"],
    ["*/*", { schema: { type: "object" } }, "json"],
    ["application/jsonl", { schema: { type: "object" } }, "lines"],
    ["application/json-seq", { schema: { type: "object" } }, "lines"],
    // OpenAPI 3.1.1, "Migrating binary descriptions from OAS 3.0".
    ["image/png", { schema: { contentMediaType: "image/png" } }, "binary"],
    ["application/octet-stream", {}, "binary"],
    [
      "image/png",
      { schema: { type: "string", contentMediaType: "image/png", contentEncoding: "base64" } },
      "text",
    ],
    ["application/json", { schema: { type: "string", format: "binary" } }, "binary"],
  ];
  it.each(kinds)("takes %s as %s", (mediaType, media, kind) => {
    const [operation] = operationsOf({
      "/a": {
        post: {
          requestBody: { content: { [mediaType]: media } },
          responses: {},
          "x-image": { type: "string", format: "binary" },
        },
      },
    });
    expect(operation?.body?.contents[0]?.kind).toBe(kind);
  });
});
