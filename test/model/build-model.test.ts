import { describe, expect, it } from "vitest";

import type { ApiModel } from "../../generator/model/api-model.js";
import { buildModel } from "../../generator/model/build-model.js";

type Json = Record<string, unknown>;

function modelOf(document: Json, format: "openapi-3.0" | "openapi-3.1" = "openapi-3.1"): ApiModel {
  return buildModel({ document: { info: { title: "Test", version: "1" }, ...document }, format }).model;
}

function findingsOf(document: Json): string[] {
  return buildModel({ document, format: "openapi-3.1" }).findings.map(
    ({ rule, pointer }) => `${rule} ${pointer}`,
  );
}

function operationsOf(paths: Json, rest: Json = {}): ApiModel["operations"] {
  return modelOf({ paths, ...rest }).operations;
}

const schemaOf = (schema: Json, format: "openapi-3.0" | "openapi-3.1" = "openapi-3.1") =>
  modelOf({ components: { schemas: { It: schema } } }, format).schemas[0]?.schema;

describe("buildModel", () => {
  it("gives the whole model of a small API", () => {
    const { model, findings } = buildModel({
      format: "openapi-3.1",
      document: {
        info: { title: "Notes", version: "2.1", license: { name: "MIT" } },
        servers: [{ url: "https://{region}.example.com/", variables: { region: { default: "eu" } } }],
        "x-rate-limits": { windows: [{ name: "burst", limit: 5, window: "PT1S" }] },
        "x-error-codes": { gone: { status: 404, title: "Gone", remedy: "Let go." } },
        security: [{ key: [] }],
        paths: {
          "/notes/{noteId}": {
            get: {
              operationId: "fetchNote",
              tags: ["Notes"],
              parameters: [{ name: "noteId", in: "path", required: true, schema: { type: "string" } }],
              "x-cache": { fresh: "PT1M", validators: ["etag"] },
              responses: {
                200: {
                  description: "It.",
                  content: { "application/json": { schema: { $ref: "#/components/schemas/Note" } } },
                },
                404: { description: "None.", "x-error-codes": ["gone"] },
              },
            },
          },
        },
        components: {
          securitySchemes: { key: { type: "http", scheme: "Bearer" } },
          schemas: { Note: { type: "object", properties: { text: { type: "string" } } } },
        },
      },
    });
    expect(findings).toEqual([]);
    expect(model).toEqual({
      title: "Notes",
      version: "2.1",
      license: "MIT",
      servers: [{ url: "https://eu.example.com" }],
      tags: [],
      securitySchemes: [{ name: "key", kind: "bearer" }],
      resources: [{ path: ["notes"], operations: ["fetchNote"] }],
      operations: [
        {
          id: "fetchNote",
          method: "GET",
          path: "/notes/{noteId}",
          deprecated: false,
          tags: ["Notes"],
          resource: ["notes"],
          methodName: "fetch",
          parameters: [
            {
              name: "noteId",
              in: "path",
              required: true,
              deprecated: false,
              schema: { type: "string" },
              style: "simple",
              explode: false,
              allowReserved: false,
            },
          ],
          responses: [
            {
              status: "200",
              description: "It.",
              headers: [],
              contents: [
                {
                  mediaType: "application/json",
                  kind: "json",
                  schema: { $ref: "#/components/schemas/Note" },
                  encoding: {},
                  examples: [],
                },
              ],
              errorCodes: [],
            },
            { status: "404", description: "None.", headers: [], contents: [], errorCodes: ["gone"] },
          ],
          security: [[{ scheme: "key", scopes: [] }]],
          policies: { cost: 1, windows: [], cache: { freshMs: 60_000, etag: true } },
        },
      ],
      schemas: [
        {
          name: "Note",
          schema: { type: "object", properties: { text: { type: "string" } } },
          usage: "response",
        },
      ],
      errorCodes: [{ code: "gone", status: 404, title: "Gone", remedy: "Let go." }],
      webhooks: [],
      policies: {
        rateLimits: { windows: [{ name: "burst", limit: 5, windowMs: 1000 }], refusal: { status: 429 } },
        retry: {
          statuses: [408, 429, 500, 502, 503, 504],
          delay: [{ header: "Retry-After" }, { header: "RateLimit" }],
          backoff: { initialMs: 500, maxMs: 30_000, factor: 2, jitter: "full" },
          maxAttempts: 4,
        },
      },
      clientDefaults: [],
    });
  });

  it("is plain data", () => {
    const model = modelOf({ paths: { "/a": { get: { responses: {} } } } });
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  });
});

describe("schemas", () => {
  const cases: [string, Json, unknown][] = [
    ["nullable with a type", { type: "string", nullable: true }, { type: ["string", "null"] }],
    ["nullable with an enum", { enum: ["a"], nullable: true }, { enum: ["a", null] }],
    [
      "nullable with a union",
      { oneOf: [{ type: "string" }], nullable: true },
      { oneOf: [{ type: "string" }, { type: "null" }] },
    ],
    [
      "nullable with allOf",
      { allOf: [{ type: "object" }], nullable: true, description: "d" },
      { description: "d", anyOf: [{ allOf: [{ type: "object" }] }, { type: "null" }] },
    ],
    [
      "exclusive limits of 3.0",
      { type: "integer", minimum: 1, exclusiveMinimum: true },
      { type: "integer", exclusiveMinimum: 1 },
    ],
    [
      "exclusive limits that are off",
      { type: "integer", minimum: 1, exclusiveMinimum: false },
      { type: "integer", minimum: 1 },
    ],
    ["an example", { type: "string", example: "a" }, { type: "string", examples: ["a"] }],
    ["properties without a type", { properties: { a: {} } }, { properties: { a: {} }, type: "object" }],
    [
      "a tuple of draft 4",
      { items: [{ type: "string" }] },
      { prefixItems: [{ type: "string" }], type: "array" },
    ],
    ["a list of one type", { type: ["string"] }, { type: "string" }],
    ["an unknown type", { type: "varchar" }, {}],
  ];
  it.each(cases)("reads %s", (_, given, want) => {
    expect(schemaOf(given, "openapi-3.0")).toEqual(want);
  });

  it("ignores what stands beside a reference in 3.0, and applies it in 3.1", () => {
    const schema = { $ref: "#/components/schemas/It", minLength: 3, description: "d" };
    const components = { schemas: { It: { type: "string" }, Other: schema } };
    expect(modelOf({ components }, "openapi-3.0").schemas[1]?.schema).toEqual({
      $ref: "#/components/schemas/It",
      description: "d",
    });
    expect(modelOf({ components }, "openapi-3.1").schemas[1]?.schema).toEqual({
      description: "d",
      allOf: [{ $ref: "#/components/schemas/It" }, { minLength: 3 }],
    });
  });

  it("gives a name to what references find outside the named schemas, also in a circle", () => {
    const { schemas } = modelOf({
      paths: {},
      components: {
        schemas: {
          Tree: { properties: { left: { $ref: "#/components/schemas/Node/properties/child" } } },
          Node: {
            properties: {
              child: { properties: { again: { $ref: "#/components/schemas/Node/properties/child" } } },
            },
          },
        },
      },
    });
    expect(schemas.map(({ name }) => name)).toEqual(["Tree", "Node", "NodeChild"]);
    expect(schemas[2]?.schema).toEqual({
      type: "object",
      properties: { again: { $ref: "#/components/schemas/NodeChild" } },
    });
  });

  it("completes a discriminator's mapping from the variants' own constants", () => {
    const { schemas } = modelOf({
      components: {
        schemas: {
          Pet: {
            oneOf: [
              { $ref: "#/components/schemas/Cat" },
              { $ref: "#/components/schemas/Dog" },
              { $ref: "#/components/schemas/Fish" },
            ],
            discriminator: { propertyName: "kind", mapping: { hound: "Dog" } },
          },
          Cat: { properties: { kind: { const: "cat" } } },
          Dog: { properties: { kind: { type: "string" } } },
          Fish: { properties: {} },
        },
      },
    });
    expect(schemas[0]?.schema).toMatchObject({
      discriminator: {
        propertyName: "kind",
        mapping: {
          cat: "#/components/schemas/Cat",
          hound: "#/components/schemas/Dog",
          Fish: "#/components/schemas/Fish",
        },
      },
    });
  });

  it("keeps a property called __proto__ as a property", () => {
    const document: Json = JSON.parse(
      `{"components":{"schemas":{"It":{"type":"object","properties":{"__proto__":{"type":"string","nullable":true}}}}}}`,
    );
    const schema = modelOf(document).schemas[0]?.schema;
    expect(JSON.stringify(schema)).toBe(
      `{"properties":{"__proto__":{"type":["string","null"]}},"type":"object"}`,
    );
    expect(({} as Json)["type"]).toBeUndefined();
  });
});

describe("readable and writable forms", () => {
  const user = {
    type: "object",
    required: ["id", "name", "password"],
    properties: {
      id: { type: "string", readOnly: true },
      name: { type: "string" },
      password: { type: "string", writeOnly: true },
    },
  };
  const json = (name: string): Json => ({
    content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
  });
  const post = { requestBody: json("User"), responses: { 200: { description: "", ...json("User") } } };

  it("splits a schema that is sent and read", () => {
    const { schemas, operations } = modelOf({
      paths: { "/users": { post } },
      components: { schemas: { User: user } },
    });
    expect(schemas.map(({ name, usage, requestFormOf }) => [name, usage, requestFormOf])).toEqual([
      ["User", "response", undefined],
      ["UserWritable", "request", "User"],
    ]);
    expect(schemas[0]?.schema).toMatchObject({ required: ["id", "name"] });
    expect(schemas[1]?.schema).toMatchObject({ required: ["name", "password"] });
    expect(operations[0]?.body?.contents[0]?.schema).toEqual({ $ref: "#/components/schemas/UserWritable" });
    expect(operations[0]?.responses[0]?.contents[0]?.schema).toEqual({ $ref: "#/components/schemas/User" });
  });

  it("follows references to the schemas that differ", () => {
    const { schemas } = modelOf({
      paths: {
        "/users": {
          post: { requestBody: json("Team"), responses: { 200: { description: "", ...json("Team") } } },
        },
      },
      components: {
        schemas: { Team: { properties: { owner: { $ref: "#/components/schemas/User" } } }, User: user },
      },
    });
    expect(schemas.map(({ name }) => name)).toEqual(["Team", "TeamWritable", "User", "UserWritable"]);
    expect(schemas[1]?.schema).toMatchObject({
      properties: { owner: { $ref: "#/components/schemas/UserWritable" } },
    });
  });

  it("keeps the name of a schema that is used on one side only", () => {
    const { schemas } = modelOf({
      paths: { "/users": { post: { requestBody: json("User"), responses: {} } } },
      components: { schemas: { User: user } },
    });
    expect(schemas.map(({ name }) => name)).toEqual(["User"]);
    expect(schemas[0]?.schema).toMatchObject({ required: ["name", "password"] });
  });
});

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
    expect(operationsOf(paths).map(({ methodName }) => methodName)).toEqual(["list", "tasksList"]);
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
    ["application/jsonl", { schema: { type: "object" } }, "text"],
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

describe("policies", () => {
  it("narrows the API's retry policy, or switches it off", () => {
    const operations = operationsOf({
      "/a": { get: { operationId: "a", "x-retry": { statuses: [503] }, responses: {} } },
      "/b": { get: { operationId: "b", "x-retry": false, responses: {} } },
    });
    expect(operations[0]?.policies.retry).toMatchObject({ statuses: [503], maxAttempts: 4 });
    expect(operations[1]?.policies.retry).toBe(false);
  });

  it("gathers client-wide defaults once", () => {
    const parameters = [
      { name: "workspaceId", in: "path", "x-client-default": "current", schema: { type: "string" } },
    ];
    const paths = { "/{workspaceId}/a": { parameters, get: { responses: {} }, post: { responses: {} } } };
    expect(modelOf({ paths }).clientDefaults).toEqual([{ parameter: "workspaceId", value: "current" }]);
  });
});
