import { expect, it } from "vitest";

import { modelOf } from "../support/models.js";

const document = {
  info: {
    title: "Test",
    version: "1",
    termsOfService: "https://example.com/terms",
    contact: { name: "Support", email: "help@example.com" },
    license: { name: "MIT", url: "https://example.com/license" },
  },
  externalDocs: { url: "https://example.com/docs", description: "More" },
  "x-foreign": { any: "thing" },
  servers: [
    { url: "https://{region}.example.com", variables: { region: { default: "eu", enum: ["eu", "us"] } } },
  ],
  tags: [{ name: "a", summary: "Letters", parent: "b", kind: "nav" }, { name: "b" }],
  paths: {
    "/a": {
      post: {
        operationId: "createA",
        externalDocs: { url: "https://example.com/a" },
        "x-codeSamples": [{ lang: "Python", source: "print('hi')" }],
        "x-internal-note": "kept",
        parameters: [{ name: "q", in: "query", schema: {}, examples: { one: { value: 1 } } }],
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
        },
        responses: {
          "201": {
            description: "made",
            headers: { "X-Total": { schema: { type: "integer" }, example: 3, deprecated: true } },
            links: { next: { operationId: "createA", parameters: { q: "$response.body#/id" } } },
          },
        },
        callbacks: {
          onDone: {
            "{$request.body#/url}": {
              post: {
                summary: "It is done",
                requestBody: {
                  content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
                },
                responses: { "204": { description: "ok" } },
              },
            },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: "object",
        externalDocs: { url: "https://example.com/thing" },
        properties: { secret: { type: "string", writeOnly: true } },
      },
    },
  },
};

const model = modelOf(document);
const [operation] = model.operations;

it("keeps what the document says of itself", () => {
  expect(model).toMatchObject({
    licenseUrl: "https://example.com/license",
    termsOfService: "https://example.com/terms",
    contact: { name: "Support", email: "help@example.com" },
    externalDocs: { url: "https://example.com/docs", description: "More" },
    extensions: { "x-foreign": { any: "thing" } },
    servers: [
      {
        url: "https://eu.example.com",
        template: "https://{region}.example.com",
        variables: [{ name: "region", default: "eu", enum: ["eu", "us"] }],
      },
    ],
    tags: [{ name: "a", summary: "Letters", parent: "b", kind: "nav" }, { name: "b" }],
  });
});

it("keeps what an operation says besides its shape", () => {
  expect(operation).toMatchObject({
    externalDocs: { url: "https://example.com/a" },
    codeSamples: [{ lang: "Python", source: "print('hi')" }],
    extensions: { "x-internal-note": "kept" },
    parameters: [{ examples: [{ name: "one", value: 1 }] }],
    responses: [
      {
        headers: [{ name: "X-Total", deprecated: true, examples: [{ name: "example", value: 3 }] }],
        links: [{ name: "next", operation: "createA", parameters: { q: "$response.body#/id" } }],
      },
    ],
    callbacks: [
      {
        name: "onDone",
        expression: "{$request.body#/url}",
        method: "POST",
        summary: "It is done",
        responses: [{ status: "204" }],
      },
    ],
  });
});

it("gives a callback the form of a schema that is read, and the operation the one that is sent", () => {
  expect(operation?.body?.contents[0]?.schema).toEqual({ $ref: "#/components/schemas/ThingWritable" });
  expect(operation?.callbacks?.[0]?.body?.contents[0]?.schema).toEqual({
    $ref: "#/components/schemas/Thing",
  });
});

it("keeps links to more in schemas", () => {
  expect(model.schemas[0]?.schema).toMatchObject({ externalDocs: { url: "https://example.com/thing" } });
});
