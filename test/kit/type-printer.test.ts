import { describe, expect, it } from "vitest";

import { TypePrinter } from "../../generator/kit/typescript/type-printer.js";
import { emitTypes } from "../../generator/kit/typescript/types-file.js";
import { indexOf } from "../../generator/model/model-index.js";
import { modelOf, type Json } from "../support/models.js";

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** The type of a schema beside others, on one line. */
function typeOf(schema: unknown, others: Json = {}, format?: "openapi-3.0"): string {
  const model = modelOf(
    {
      components: {
        schemas: { It: { type: "object", properties: { it: schema }, required: ["it"] }, ...others },
      },
    },
    format,
  );
  const index = indexOf(model);
  const holder = index.schemas.get("It");
  const member = typeof holder === "object" ? holder.properties?.["it"] : undefined;
  return new TypePrinter(index).of(member ?? true).text.replace(/\s+/g, " ");
}

/** `types.ts` of schemas, without its header. */
function typesOf(schemas: Json): string {
  const model = modelOf({ components: { schemas }, ...used(Object.keys(schemas)) });
  return emitTypes({ schemas: model.schemas, printer: new TypePrinter(indexOf(model)), header: "" }).trim();
}

/** Paths that answer with each schema, so that it is read. */
function used(names: readonly string[]): Json {
  const entries = names.map((name) => [
    `/${name}`,
    {
      get: {
        responses: { 200: { description: "", content: { "application/json": { schema: ref(name) } } } },
      },
    },
  ]);
  return { paths: Object.fromEntries(entries) };
}

describe("a type", () => {
  it.each<[keyword: string, schema: unknown, type: string]>([
    ["true", true, "unknown"],
    ["false", false, "never"],
    ["nothing", {}, "unknown"],
    ["not anything", { not: {} }, "never"],
    ["type", { type: "integer" }, "number"],
    ["several types", { type: ["string", "number", "null"] }, "string | number | null"],
    ["bytes", { type: "string", format: "binary" }, "Blob"],
    ["enum", { type: "string", enum: ["a", 'b"', "a"] }, '"a" | "b\\""'],
    ["enum of other types", { type: "integer", enum: [1, "a"] }, "1"],
    ["enum of structures", { enum: [{ a: [1] }, null] }, "{ a: [1] } | null"],
    ["const", { const: false }, "false"],
    ["open enum", { type: "string", enum: ["a"], "x-open-enum": true }, '"a" | (string & {})'],
    [
      "open enum by anyOf",
      { anyOf: [{ type: "string" }, { enum: ["a", "b"] }] },
      '(string & {}) | "a" | "b"',
    ],
    ["nullable enum", { type: ["string", "null"], enum: ["a"] }, '"a" | null'],
    [
      "oneOf of constants with a type",
      { type: "integer", oneOf: [{ const: 0 }, { const: 1, title: "One" }] },
      "0 | 1",
    ],
    ["items", { type: "array", items: { type: ["string", "null"] } }, "(string | null)[]"],
    ["items of anything", { type: "array" }, "unknown[]"],
    [
      "prefixItems",
      { type: "array", prefixItems: [{ type: "string" }, {}], minItems: 1, items: false },
      "[string, unknown?]",
    ],
    ["prefixItems that go on", { prefixItems: [{ type: "string" }], minItems: 1 }, "[string, ...unknown[]]"],
    ["prefixItems up to a number", { prefixItems: [{ type: "string" }], maxItems: 1 }, "[string?]"],
    [
      "properties",
      { properties: { a: { type: "string" }, "b-c": true }, required: ["b-c"] },
      '{ a?: string | undefined; "b-c": unknown; }',
    ],
    ["a forbidden member", { properties: { a: false } }, "{ a?: undefined; }"],
    ["any object", { type: "object" }, "{ [key: string]: unknown; }"],
    ["an empty object", { type: "object", additionalProperties: false }, "{ [key: string]: never; }"],
    ["a map", { type: "object", additionalProperties: { type: "number" } }, "{ [key: string]: number; }"],
    [
      "a map by unevaluatedProperties",
      { type: "object", unevaluatedProperties: { type: "number" } },
      "{ [key: string]: number; }",
    ],
    [
      "members beside a map",
      {
        required: ["name"],
        properties: { name: { type: "string" } },
        additionalProperties: { type: "object" },
      },
      "{ name: string; [key: string]: { [key: string]: unknown; } | string; }",
    ],
    [
      "members that may be missing beside a map",
      { properties: { name: { type: "string" } }, additionalProperties: { type: "number" } },
      "{ name?: string | undefined; [key: string]: number | string | undefined; }",
    ],
    [
      "members by prefix",
      { patternProperties: { "^x-": { type: "string" } }, properties: { a: { type: "number" } } },
      "{ a?: number | undefined; [key: `x-${string}`]: string; }",
    ],
    [
      "members by pattern",
      { patternProperties: { "-id$": { type: "string" } } },
      "{ [key: string]: string; }",
    ],
    [
      "names",
      { propertyNames: { enum: ["a", "b"] }, additionalProperties: { type: "number" } },
      '{ [Key in "a" | "b"]?: number }',
    ],
    [
      "members that a variant requires",
      { properties: { a: { type: "string" }, b: {} }, anyOf: [{ required: ["a"] }, { required: ["b"] }] },
      "({ a: string; } | { b: unknown; }) & { a?: string | undefined; b?: unknown; }",
    ],
    [
      "nullable object with parts",
      { type: ["object", "null"], allOf: [{ properties: { a: { type: "string" } } }] },
      "{ a?: string | undefined; } | null",
    ],
    [
      "two kinds of combination",
      { allOf: [{ type: "string" }, { oneOf: [{ const: "a" }, { const: "b" }] }] },
      'string & ("a" | "b")',
    ],
    [
      "required across parts",
      { allOf: [{ properties: { a: { type: "string" } } }, { required: ["a"] }] },
      "{ a: string; }",
    ],
    [
      "a member of two parts",
      { allOf: [{ properties: { a: { type: "string" } } }, { properties: { a: { enum: ["x"] } } }] },
      '{ a?: string & "x" | undefined; }',
    ],
    [
      "a required member that nothing declares",
      { properties: { a: true }, required: ["a", "b"] },
      "{ a: unknown; }",
    ],
    [
      "__proto__",
      { properties: JSON.parse('{"__proto__":{"type":"string"}}') },
      '{ ["__proto__"]?: string | undefined; }',
    ],
  ])("of %s", (_keyword, schema, type) => {
    expect(typeOf(schema)).toBe(type);
  });

  it("requires a member of a base, as its base has it", () => {
    const others = {
      Base: { type: "object", properties: { a: { type: "string" }, b: {} }, required: ["b"] },
    };
    expect(typeOf({ allOf: [ref("Base"), { required: ["a", "b"] }] }, others)).toBe("Base & { a: string; }");
  });

  it("keeps null of a nullable reference", () => {
    const others = { Base: { type: "object", properties: { a: {} } } };
    expect(typeOf({ type: "object", nullable: true, allOf: [ref("Base")] }, others, "openapi-3.0")).toBe(
      "Base | null",
    );
    expect(typeOf({ nullable: true, allOf: [ref("Base")] }, others, "openapi-3.0")).toBe("Base | null");
  });

  it("tells the variants of a union apart where they do not themselves", () => {
    const others = {
      Cat: { type: "object", properties: { kind: { const: "cat" } }, required: ["kind"] },
      Dog: { type: "object", properties: { kind: { type: "string" } } },
    };
    const union = {
      oneOf: [ref("Cat"), ref("Dog")],
      discriminator: { propertyName: "kind", mapping: { dog: "#/components/schemas/Dog" } },
    };
    expect(typeOf(union, others)).toBe('Cat | Dog & { kind: "dog" }');
  });
});

describe("types.ts", () => {
  it("has interfaces where it can, which extend each other", () => {
    expect(
      typesOf({
        Base: {
          type: "object",
          description: "What all have.",
          properties: { radius: { type: "number", default: 1 } },
        },
        Derived: {
          allOf: [
            ref("Base"),
            {
              type: "object",
              properties: { site: { type: "string", deprecated: true } },
              required: ["radius", "site"],
            },
          ],
        },
        Other: { allOf: [ref("Base"), { type: "object", properties: { radius: { type: "string" } } }] },
        Same: { allOf: [ref("Base")] },
      }),
    ).toMatchInlineSnapshot(`
      "/** What all have. */
      export interface Base {
      /** @default 1 */
      radius?: number | undefined;
      }

      export interface Derived extends Base {
      /** @deprecated The API's description marks this property as deprecated. */
      site: string;
      /** @default 1 */
      radius: number;
      }

      export type Other = Base & {
      radius?: string | undefined;
      };

      export type Same = Base;"
    `);
  });

  it("makes a union of a base that stands for its extensions", () => {
    const types = typesOf({
      Vehicle: {
        type: "object",
        required: ["source"],
        properties: { source: { type: "string", description: "What drives it." }, next: ref("Vehicle") },
        discriminator: {
          propertyName: "source",
          mapping: { fuel: "#/components/schemas/Car", human: "#/components/schemas/Bike" },
        },
      },
      Car: {
        allOf: [
          ref("Vehicle"),
          { type: "object", required: ["tank"], properties: { tank: { type: "number" } } },
        ],
      },
      Bike: { allOf: [ref("Vehicle"), { type: "object", properties: { gears: { type: "integer" } } }] },
    });
    expect(types).toMatchInlineSnapshot(`
      "export type Vehicle = Car | Bike;

      /** What every {@link Vehicle} has. */
      export interface VehicleBase {
      /** What drives it. */
      source: string;
      next?: Vehicle | undefined;
      }

      export interface Car extends VehicleBase {
      tank: number;
      source: "fuel";
      }

      export interface Bike extends VehicleBase {
      gears?: number | undefined;
      source: "human";
      }"
    `);
  });

  it("survives schemas that are made of themselves", () => {
    const types = typesOf({
      Loop: { allOf: [ref("Loop")] },
      Json: {
        oneOf: [
          { type: "string" },
          { type: "array", items: ref("Json") },
          { type: "object", additionalProperties: ref("Json") },
        ],
      },
    });
    expect(types.replace(/\s+/g, " ")).toBe(
      "export type Loop = unknown; export type Json = string | Json[] | { [key: string]: Json; };",
    );
  });

  it("says of single values what the spec says", () => {
    const types = typesOf({
      State: {
        description: "How it goes.",
        type: "integer",
        oneOf: [
          { const: 0, title: "Off" },
          { const: 1, title: "On", description: "It runs." },
        ],
      },
      Size: { type: "string", enum: ["s", "m"], "x-enum-descriptions": ["Small", "Medium"] },
    });
    expect(types).toMatchInlineSnapshot(`
      "/**
       * How it goes.
       *
       * - \`0\`: Off
       * - \`1\`: On: It runs.
       */
      export type State = 0 | 1;

      /**
       * - \`"s"\`: Small
       * - \`"m"\`: Medium
       */
      export type Size = "s" | "m";"
    `);
  });

  it("says nothing where the spec says nothing, and nothing that ends a comment", () => {
    expect(typesOf({ a_task: { type: "string", title: "ATask" } })).toBe("export type ATask = string;");
    expect(typesOf({ Odd: { type: "string", description: "*/ evil() /*\n@default x" } })).toBe(
      "/**\n * *\\/ evil() /*\n * \\@default x\n */\nexport type Odd = string;",
    );
  });
});
