import { describe, expect, it } from "vitest";

import { modelOf, schemaOf, type Json } from "../support/models.js";

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

  it("does not give all values of a base to each of its children", () => {
    const child = (name: string): Json => ({
      allOf: [{ $ref: "#/components/schemas/Pet" }, { properties: { [name]: { type: "string" } } }],
    });
    const pet = {
      type: "object",
      discriminator: { propertyName: "kind" },
      properties: { kind: { type: "string", enum: ["Cat", "Dog"] } },
    };
    const either = {
      oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }],
      discriminator: { propertyName: "kind" },
    };
    const { schemas } = modelOf({
      components: { schemas: { Either: either, Pet: pet, Cat: child("claws"), Dog: child("tail") } },
    });
    expect(schemas.find(({ name }) => name === "Either")?.schema).toMatchObject({
      discriminator: { mapping: { Cat: "#/components/schemas/Cat", Dog: "#/components/schemas/Dog" } },
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

  it("splits a schema that has write-only members alone, so that no secret is read", () => {
    const secret = { type: "object", properties: { password: { type: "string", writeOnly: true } } };
    const { schemas } = modelOf({ paths: { "/users": { post } }, components: { schemas: { User: secret } } });
    expect(schemas.map(({ name, usage }) => [name, usage])).toEqual([
      ["User", "response"],
      ["UserWritable", "request"],
    ]);
    expect(schemas[0]?.schema).not.toHaveProperty("properties.password");
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
