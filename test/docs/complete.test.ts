import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { loadModel } from "../../generator/pipeline.js";
import type { Schema } from "../../generator/model/schema.js";
import { sharedSpec } from "../support/build.js";
import { scratchFolder } from "../support/scratch.js";
import { docsOf } from "./build.js";
import { brokenLinks, pagesIn } from "./site.js";

function textOf(folder: string): string {
  return [...pagesIn(folder).values()].join("\n");
}

/** A document that uses every field of OpenAPI that a reader may want, with a word of its own in each. */
const MARKED = {
  openapi: "3.1.0",
  info: {
    title: "mk-title",
    version: "mk-version",
    summary: "mk-summary",
    description: "mk-description",
    termsOfService: "https://example.com/mk-terms",
    contact: { name: "mk-contact", url: "https://example.com/mk-contact-url", email: "mk-email@example.com" },
    license: { name: "mk-license", url: "https://example.com/mk-license-url" },
  },
  externalDocs: { url: "https://example.com/mk-docs", description: "mk-docs-text" },
  servers: [
    {
      url: "https://{mk-variable}.example.com",
      description: "mk-server",
      variables: {
        "mk-variable": {
          default: "mk-default",
          enum: ["mk-default", "mk-choice"],
          description: "mk-variable-text",
        },
      },
    },
  ],
  tags: [
    { name: "mk-parent", summary: "mk-parent-summary" },
    {
      name: "mk-tag",
      summary: "mk-tag-summary",
      description: "mk-tag-text",
      parent: "mk-parent",
      externalDocs: { url: "https://example.com/mk-tag-docs" },
    },
  ],
  security: [{ oauth: ["mk-scope"] }],
  paths: {
    "/mk-path/{mkid}": {
      post: {
        operationId: "mkOperation",
        summary: "mk-operation-summary",
        description: "mk-operation-text",
        tags: ["mk-tag"],
        deprecated: true,
        externalDocs: { url: "https://example.com/mk-operation-docs" },
        "x-codeSamples": [{ lang: "Python", label: "mk-label", source: "print('mk-sample')" }],
        parameters: [
          {
            name: "mkid",
            in: "path",
            required: true,
            description: "mk-parameter",
            schema: { type: "string", pattern: "mk-pattern" },
          },
          {
            name: "mk-query",
            in: "query",
            deprecated: true,
            schema: { type: "string", enum: ["mk-enum"], default: "mk-query-default", minLength: 7013 },
            examples: { one: { summary: "mk-example-summary", value: "mk-example" } },
          },
          { name: "mk-header", in: "header", schema: { type: "integer", minimum: 7001, maximum: 7002 } },
          { name: "mk-cookie", in: "cookie", schema: { type: "number", multipleOf: 7003 } },
        ],
        requestBody: {
          description: "mk-body",
          required: true,
          content: {
            "application/json": {
              schema: { $ref: "#/components/schemas/MkChild" },
              examples: { mk: { summary: "mk-body-example", value: { own: "mk-body-value" } } },
            },
            "multipart/form-data": {
              schema: {
                type: "object",
                properties: { file: { type: "string", contentMediaType: "image/mk-media" } },
              },
              encoding: {
                file: {
                  contentType: "image/mk-encoding",
                  headers: { "mk-part-header": { schema: { type: "string" } } },
                },
              },
            },
          },
        },
        responses: {
          "201": {
            description: "mk-response",
            headers: {
              "mk-response-header": {
                description: "mk-header-text",
                deprecated: true,
                schema: { type: "string" },
                example: "mk-header-example",
              },
            },
            content: {
              "application/json": {
                schema: { $ref: "#/components/schemas/MkUnion" },
                example: { kind: "mk-response-example" },
              },
            },
            links: {
              "mk-link": {
                operationId: "mkOperation",
                description: "mk-link-text",
                parameters: { mkid: "$response.body#/mk-expression" },
              },
            },
          },
          "4XX": {
            description: "mk-error",
            content: {
              "application/json": { schema: { type: "object", properties: { "mk-error-member": {} } } },
            },
          },
        },
        callbacks: {
          "mk-callback": {
            "{$request.body#/mk-url}": {
              post: {
                summary: "mk-callback-summary",
                requestBody: {
                  content: {
                    "application/json": {
                      schema: { type: "object", properties: { "mk-callback-member": {} } },
                    },
                  },
                },
                responses: { "204": { description: "mk-callback-response" } },
              },
            },
          },
        },
      },
    },
  },
  webhooks: {
    "mk-webhook": {
      post: {
        summary: "mk-webhook-summary",
        description: "mk-webhook-text",
        requestBody: {
          content: {
            "application/json": { schema: { type: "object", properties: { "mk-webhook-member": {} } } },
          },
        },
        responses: { "200": { description: "mk-webhook-response" } },
      },
    },
  },
  components: {
    securitySchemes: {
      oauth: {
        type: "oauth2",
        description: "mk-scheme",
        flows: {
          authorizationCode: {
            authorizationUrl: "https://example.com/mk-authorize",
            tokenUrl: "https://example.com/mk-token",
            refreshUrl: "https://example.com/mk-refresh",
            scopes: { "mk-scope": "mk-scope-text" },
          },
        },
      },
      key: { type: "apiKey", in: "header", name: "mk-key-header" },
      token: { type: "http", scheme: "bearer", bearerFormat: "mk-format" },
      connect: { type: "openIdConnect", openIdConnectUrl: "https://example.com/mk-connect" },
    },
    schemas: {
      MkBase: {
        type: "object",
        required: ["mk-inherited"],
        properties: { "mk-inherited": { type: "string", title: "mk-member-title" } },
      },
      MkChild: {
        allOf: [
          { $ref: "#/components/schemas/MkBase" },
          { type: "object", properties: { own: { type: "string", examples: ["mk-member-example"] } } },
        ],
        externalDocs: { url: "https://example.com/mk-schema-docs" },
      },
      MkUnion: {
        description: "mk-union",
        discriminator: { propertyName: "kind", mapping: { "mk-mapped": "#/components/schemas/MkOne" } },
        oneOf: [
          { $ref: "#/components/schemas/MkOne" },
          { title: "mk-variant", type: "object", properties: { "mk-alternative": {} } },
        ],
      },
      MkOne: {
        type: "object",
        properties: {
          kind: { const: "mk-const" },
          map: { type: "object", additionalProperties: { type: "string", description: "mk-map-value" } },
          named: { type: "object", patternProperties: { "^mk-names": { type: "integer" } } },
          list: {
            type: "array",
            minItems: 7004,
            maxItems: 7005,
            uniqueItems: true,
            items: { type: "string", maxLength: 7006 },
          },
          pair: { type: "array", prefixItems: [{ type: "string", description: "mk-first-item" }] },
          limits: { type: "number", exclusiveMinimum: 7007, exclusiveMaximum: 7008 },
          sized: { type: "object", minProperties: 7009, maxProperties: 7010 },
          encoded: { type: "string", contentEncoding: "mk-encoding64", format: "mk-format-of-text" },
          constants: {
            oneOf: [{ const: "mk-constant", title: "mk-constant-title", description: "mk-constant-text" }],
          },
          described: { type: "string", enum: ["a"], "x-enum-descriptions": ["mk-enum-text"] },
          needed: {
            type: "object",
            dependentRequired: { a: ["mk-dependent"] },
            not: { required: ["b"], description: "mk-not" },
          },
          tagged: { type: "string", xml: { name: "mk-xml" } },
        },
      },
    },
  },
};

/** Words that are shown nowhere, and why. None today. */
const OMITTED: readonly string[] = [];

describe("the docs of a document that uses every field", () => {
  let folder: string;
  beforeAll(async () => {
    const spec = join(scratchFolder(), "openapi.json");
    writeFileSync(spec, JSON.stringify(MARKED));
    folder = await docsOf(spec);
  });

  it("show every one of them", () => {
    const text = textOf(folder);
    const words = new Set(JSON.stringify(MARKED).match(/mk-[a-z0-9-]+|70\d\d/g));
    const missing = [...words].filter((word) => !text.includes(word) && !OMITTED.includes(word));
    expect(words.size).toBeGreaterThan(90);
    expect(missing).toEqual([]);
  });

  it("have no broken link", () => {
    expect(brokenLinks(folder)).toEqual([]);
  });
});

/** Values, limits and members that a schema states itself. */
function statedIn(schema: Schema, facts: Set<string>): void {
  if (typeof schema === "boolean") return;
  for (const value of schema.enum ?? []) if (typeof value === "string") facts.add(value);
  for (const keyword of ["pattern", "minimum", "maximum", "minLength", "maxLength"]) {
    if (schema[keyword] !== undefined) facts.add(String(schema[keyword]));
  }
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    facts.add(name);
    statedIn(member, facts);
  }
  for (const part of [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])])
    statedIn(part, facts);
  if (typeof schema.items === "object") statedIn(schema.items, facts);
}

const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

// To run this, put the public specs into a folder and name it in SPECWRIGHT_SPECS.
describe.each(["museum.yaml", "figma.yaml", "openai.json"])("the docs of %s", (name) => {
  const spec = sharedSpec(name);
  it.skipIf(!existsSync(spec))(
    "show every value, limit, member and response header, and have no broken link",
    async () => {
      const { model } = await loadModel({ spec, overlays: [], isLinted: false });
      const facts = new Set<string>();
      for (const { schema } of model.schemas) statedIn(schema, facts);
      for (const { parameters, responses } of model.operations) {
        for (const { name: parameter, schema } of parameters) {
          facts.add(parameter);
          statedIn(schema, facts);
        }
        for (const { headers } of responses) for (const { name: header } of headers) facts.add(header);
      }
      const folder = await docsOf(spec);
      const text = textOf(folder).replace(/&(amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] ?? "");
      expect([...facts].filter((fact) => !text.includes(fact))).toEqual([]);
      expect(brokenLinks(folder)).toEqual([]);
      expect([...pagesIn(folder).values()].filter((html) => Buffer.byteLength(html) > 300_000)).toEqual([]);
    },
    120_000,
  );
});
