/** A spec with everything odd that real ones have: what compiles here compiles there. */
export const oddSpec = {
  openapi: "3.1.0",
  info: { title: "Odd", version: "v2.1-beta" },
  paths: {
    "/class/{default}/{new}": {
      parameters: [{ name: "default", in: "path", required: true, schema: { type: "integer" } }],
      get: {
        operationId: "delete",
        parameters: [
          { name: "new", in: "path", required: true, schema: { type: "string", enum: ["a", "b"] } },
          { name: "in", in: "query", schema: { type: "array", items: { type: "integer" } } },
          { name: "in", in: "query", schema: { type: "string" } },
          {
            name: "weird[name]",
            in: "query",
            style: "deepObject",
            explode: true,
            schema: { $ref: "#/components/schemas/Filter" },
          },
          { name: "X-Odd-Header", in: "header", required: true, schema: { type: "string" } },
          { name: "session id", in: "cookie", schema: { type: "string" } },
        ],
        responses: {
          200: {
            description: "",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Tree" } } },
          },
        },
      },
      options: { operationId: "options", responses: { default: { description: "Anything." } } },
    },
    "/no-tags/{undeclared}": { get: { responses: { "2XX": { description: "", content: { "*/*": {} } } } } },
    "/shared": { $ref: "#/components/pathItems/Shared" },
    "/bodies": {
      post: {
        operationId: "twoBodies",
        parameters: [{ name: "dry", in: "query", required: true, schema: { type: "boolean" } }],
        requestBody: {
          content: {
            "application/json": { schema: { $ref: "#/components/schemas/Pet" } },
            "multipart/form-data": {
              schema: {
                type: "object",
                required: ["file"],
                properties: {
                  file: { type: "string", format: "binary" },
                  meta: { $ref: "#/components/schemas/Pet" },
                },
              },
            },
            "application/vnd.acme+json; version=2": { schema: { type: "object" } },
            "text/plain": {},
            "application/octet-stream": {},
          },
        },
        responses: {
          200: {
            description: "",
            content: {
              "application/json": { schema: { type: "array", items: { $ref: "#/components/schemas/Pet" } } },
              "text/event-stream": { schema: { $ref: "#/components/schemas/Pet" } },
              "image/png": {},
            },
          },
          204: { description: "Nothing." },
          "4XX": {
            description: "",
            content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Error" } } },
          },
        },
      },
    },
    "/bodies/{id}": {
      delete: {
        operationId: "twoBodies",
        requestBody: { content: { "application/json": { schema: {} } } },
        responses: { 204: { description: "" } },
      },
    },
    "/redirect": { get: { operationId: "onlyRedirects", responses: { 302: { description: "" } } } },
    "/lists": {
      get: {
        operationId: "listAll",
        "x-pagination": {
          style: "cursor",
          cursorParameter: "cursor",
          items: "/data",
          next: "/data/-1/lives",
          more: "/has_more",
        },
        parameters: [{ name: "cursor", in: "query", schema: { type: "string" } }],
        responses: {
          200: {
            description: "",
            content: { "application/json": { schema: { $ref: "#/components/schemas/List" } } },
          },
        },
      },
    },
  },
  components: {
    pathItems: {
      Shared: {
        patch: {
          operationId: "GET /shared",
          tags: ["A tag, with: punctuation!"],
          responses: { 200: { description: "" } },
        },
      },
    },
    schemas: {
      Filter: { type: "object", additionalProperties: { type: "string" } },
      Tree: {
        type: "object",
        properties: {
          children: { type: "array", items: { $ref: "#/components/schemas/Tree" } },
          parent: { $ref: "#/components/schemas/Tree" },
        },
      },
      Json: {
        anyOf: [
          { type: "string" },
          { type: "number" },
          { type: "array", items: { $ref: "#/components/schemas/Json" } },
          { type: "object", additionalProperties: { $ref: "#/components/schemas/Json" } },
        ],
      },
      Pet: {
        oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }],
        discriminator: { propertyName: "kind" },
      },
      Base: {
        type: "object",
        required: ["kind"],
        properties: { kind: { type: "string" } },
        discriminator: {
          propertyName: "kind",
          mapping: { cat: "#/components/schemas/Cat", dog: "#/components/schemas/Dog" },
        },
      },
      Cat: {
        allOf: [
          { $ref: "#/components/schemas/Base" },
          { type: "object", properties: { lives: { type: "integer", enum: [1, 9] } } },
        ],
      },
      Dog: { allOf: [{ $ref: "#/components/schemas/Base" }, { properties: { good: { const: true } } }] },
      error: { type: "string" },
      Error: {
        type: "object",
        properties: {
          code: { type: "integer" },
          "a-b": { type: ["string", "null"] },
          tuple: { type: "array", prefixItems: [{ type: "string" }, { type: "number" }] },
        },
      },
      "Foo.Bar[baz]": { type: "object", nullable: true, properties: { constructor: { type: "string" } } },
      Promise: { type: "array", items: {} },
      Record: { type: "object", patternProperties: { "^x-": { type: "string" } } },
      Empty: {},
      Never: false,
      Nulls: { type: "null" },
      Mixed: { type: ["string", "integer", "null"], enum: ["a", 1, null] },
      Open: { type: "string", enum: ["a"], "x-open-enum": true },
      List: {
        type: "object",
        required: ["data"],
        properties: {
          data: { type: "array", items: { $ref: "#/components/schemas/Cat" } },
          has_more: { type: "boolean" },
        },
      },
      "123": { type: "object", properties: { "1": { type: "string" } } },
      ReadWrite: {
        type: "object",
        required: ["id"],
        properties: { id: { type: "string", readOnly: true }, secret: { type: "string", writeOnly: true } },
      },
    },
  },
};

/** Texts that try to end a comment, a string, a template, or a file path, and run code from there. */
const ATTACKS = [
  '*/ throw new Error("out") /*',
  "`${globalThis.hacked = 1}`",
  '"; globalThis.hacked = 1; "',
  "a\nglobalThis.hacked = 1",
  "../../../outside",
  "__proto__",
  "\u2028globalThis.hacked = 1",
  "</script><script>globalThis.hacked = 1</script>",
];

/** A spec all of whose names and texts are hostile. */
export const hostileSpec = {
  openapi: "3.0.3",
  info: { title: ATTACKS[0], version: ATTACKS[4], description: ATTACKS[7] },
  servers: [{ url: `https://example.com/${encodeURIComponent(ATTACKS[2] ?? "")}`, description: ATTACKS[7] }],
  tags: ATTACKS.map((name) => ({ name, description: name })),
  paths: Object.fromEntries(
    ATTACKS.map((text, index) => [
      `/${index}/${text.replaceAll("/", "")}/{${text.replaceAll(/[{}/]/g, "")}}`,
      {
        get: {
          operationId: text,
          summary: text,
          description: text,
          tags: [text],
          parameters: [
            { name: text, in: "query", description: text, schema: { type: "string", enum: ATTACKS } },
            {
              name: text,
              in: "header",
              description: text,
              schema: {
                $ref: `#/components/schemas/${encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"))}`,
              },
            },
          ],
          responses: {
            200: { description: text, content: { [text]: { schema: { type: "string", default: text } } } },
          },
        },
      },
    ]),
  ),
  components: {
    securitySchemes: { [ATTACKS[2] ?? ""]: { type: "apiKey", in: "header", name: ATTACKS[0] } },
    schemas: Object.fromEntries(
      ATTACKS.map((text) => [
        text,
        {
          type: "object",
          description: text,
          properties: Object.fromEntries(
            ATTACKS.map((name) => [name, { type: "string", description: name, example: name }]),
          ),
        },
      ]),
    ),
  },
};
