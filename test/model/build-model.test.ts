import { describe, expect, it } from "vitest";

import { buildModel } from "../../generator/model/build-model.js";
import { modelOf, operationsOf } from "../support/models.js";

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
      modelVersion: 1,
      title: "Notes",
      version: "2.1",
      license: "MIT",
      servers: [
        {
          url: "https://eu.example.com",
          template: "https://{region}.example.com/",
          variables: [{ name: "region", default: "eu" }],
        },
      ],
      tags: [],
      securitySchemes: [{ name: "key", kind: "bearer", scheme: "Bearer" }],
      resources: [
        { path: ["notes"], operations: ["fetchNote"], className: "NotesResource", fileName: "notes" },
      ],
      operations: [
        {
          id: "fetchNote",
          method: "GET",
          path: "/notes/{noteId}",
          deprecated: false,
          tags: ["Notes"],
          resource: ["notes"],
          methodName: "fetch",
          names: {
            function: "fetchNote",
            descriptor: "fetchNoteOperation",
            query: "FetchNoteQuery",
            headers: "FetchNoteHeaders",
            cookies: "FetchNoteCookies",
            body: "FetchNoteBody",
            options: "FetchNoteOptions",
            response: "FetchNoteResponse",
            error: "FetchNoteError",
            request: "FetchNoteRequest",
            output: "FetchNoteOutput",
            code: "FetchNoteCode",
          },
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
          typeName: "Note",
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
          delay: [{ header: "Retry-After" }],
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

describe("policies", () => {
  it("narrows the API's retry policy, or switches it off", () => {
    const operations = operationsOf({
      "/a": { get: { operationId: "a", "x-retry": { statuses: [503] }, responses: {} } },
      "/b": { get: { operationId: "b", "x-retry": false, responses: {} } },
      "/c": { post: { operationId: "c", "x-retry": { safe: true }, responses: {} } },
    });
    expect(operations[0]?.policies.retry).toMatchObject({ statuses: [503], maxAttempts: 4 });
    expect(operations[1]?.policies.retry).toBe(false);
    expect(operations[2]?.policies.retry).toMatchObject({ safe: true, maxAttempts: 4 });
  });

  it("keeps the forms of a refusal and the requests that may be under way", () => {
    const alternatives = [{ status: 403, header: "X-RateLimit-Remaining", value: "0" }];
    const limits = { concurrency: 10, refusal: { status: 429, alternatives } };
    expect(modelOf({ paths: {}, "x-rate-limits": limits }).policies.rateLimits).toEqual({
      windows: [],
      ...limits,
    });
  });

  it("gathers client-wide defaults once", () => {
    const parameters = [
      { name: "workspaceId", in: "path", "x-client-default": "current", schema: { type: "string" } },
    ];
    const paths = { "/{workspaceId}/a": { parameters, get: { responses: {} }, post: { responses: {} } } };
    expect(modelOf({ paths }).clientDefaults).toEqual([{ parameter: "workspaceId", value: "current" }]);
  });
});
