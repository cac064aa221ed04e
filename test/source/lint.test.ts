import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { lintSource } from "../../generator/source/lint.js";
import { readSpec } from "../../generator/source/read-spec.js";
import specwrightPlugin from "../../generator/source/redocly-plugin.js";
import { run } from "../support/cli.js";
import { scratchFolder } from "../support/scratch.js";

type Json = Record<string, unknown>;

const problem = (codes: string[]): Json => ({
  description: "It failed.",
  "x-error-codes": codes,
  content: { "application/json": { schema: { type: "string" }, examples: { one: { value: "text" } } } },
});

/** An operation that no rule has anything to say about, and the spec around it. */
function specWith(operation: Json = {}, root: Json = {}): Json {
  return {
    openapi: "3.1.0",
    info: { title: "T", version: "1", license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "https://api.things.test" }],
    tags: [{ name: "Things", description: "Things." }],
    security: [{ key: [] }],
    "x-rate-limits": { windows: [{ name: "w", limit: 1, window: "PT1S" }] },
    "x-error-codes": { bad: { status: 400, title: "Bad" }, slow: { status: 429, title: "Slow" } },
    paths: {
      "/things": {
        get: {
          operationId: "listThings",
          tags: ["Things"],
          summary: "List things",
          description: "All of them.",
          responses: {
            200: {
              description: "Things.",
              content: {
                "application/json": {
                  schema: { $ref: "#/components/schemas/Things" },
                  examples: { none: { value: { data: [] } } },
                },
              },
            },
            400: problem(["bad"]),
            429: problem(["slow"]),
          },
          ...operation,
        },
      },
    },
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
      schemas: {
        Things: { type: "object", properties: { data: { type: "array", items: { type: "string" } } } },
      },
    },
    ...root,
  };
}

async function rulesBrokenBy(spec: Json): Promise<string[]> {
  const file = join(scratchFolder(), "openapi.json");
  writeFileSync(file, JSON.stringify(spec, null, 2));
  const diagnostics = await lintSource(await readSpec(file));
  expect(diagnostics.every(({ remedy, location }) => remedy.length > 10 && location !== undefined)).toBe(
    true,
  );
  return [...new Set(diagnostics.map(({ rule }) => rule))];
}

const { responses } = (specWith()["paths"] as { "/things": { get: { responses: Json } } })["/things"].get;

describe("the linter", () => {
  it("has nothing to report of a good spec", async () => {
    expect(await rulesBrokenBy(specWith())).toEqual([]);
  });

  it("has nothing to report of our own", async () => {
    expect(await lintSource(await readSpec("spec/openapi.yaml"))).toEqual([]);
  });

  it("agrees with the Redocly CLI, which reads redocly.yaml", async () => {
    const cli = resolve("node_modules/@redocly/cli/bin/cli.js");
    const quiet = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
    const { code, stdout, stderr } = await run(process.execPath, [cli, "lint"], process.cwd(), quiet);
    expect(code, stdout + stderr).toBe(0);
    const settings = readFileSync("redocly.yaml", "utf8");
    for (const rule of Object.keys(specwrightPlugin().rules?.oas3 ?? {}))
      expect(settings).toContain(`specwright/${rule}: error`);
  });

  const broken: [rule: string, operation: Json, root?: Json][] = [
    ["operation-id-form", { operationId: "things_list" }],
    ["operation-authenticated", { security: [{}] }],
    ["operation-authenticated", {}, { security: undefined }],
    ["operation-tagged", { tags: [] }],
    ["operation-summary", { summary: undefined }],
    ["operation-description", { description: undefined }],
    ["operation-rate-limited", { responses: { ...responses, 429: undefined } }],
    ["error-codes-listed", { responses: { ...responses, 400: problem([]) } }],
    ["error-codes-listed", { responses: { ...responses, 400: problem(["unheard_of"]) } }],
    ["error-codes-listed", { responses: { ...responses, 400: problem(["slow"]) } }],
    [
      "body-examples",
      {
        responses: {
          ...responses,
          200: {
            description: "d",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Things" } } },
          },
        },
      },
    ],
    [
      "no-invalid-media-type-examples",
      {
        responses: {
          ...responses,
          200: {
            description: "d",
            content: {
              "application/json": {
                schema: { $ref: "#/components/schemas/Things" },
                examples: { one: { value: { data: 1 } } },
              },
            },
          },
        },
      },
    ],
    [
      "pagination-resolves",
      { "x-pagination": { style: "cursor", cursorParameter: "cursor", items: "/data", next: "/data/-1" } },
    ],
    [
      "pagination-resolves",
      {
        parameters: [{ name: "page", in: "query", description: "The page.", schema: { type: "integer" } }],
        "x-pagination": { style: "page", pageParameter: "page", items: "/items" },
      },
    ],
  ];
  it.each(broken)("%s", async (rule, operation, root) => {
    const rules = await rulesBrokenBy(specWith(operation, root));
    expect(rules).toContain(rule);
    // What concerns the whole document may be seen by several rules.
    if (root === undefined) expect(rules).toEqual([rule]);
  });

  it("discriminator-mapped", async () => {
    const variant = (kind: string): Json => ({
      type: "object",
      required: ["kind"],
      properties: { kind: { const: kind } },
    });
    const union = {
      oneOf: [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/B" }],
      discriminator: { propertyName: "kind", mapping: { a: "#/components/schemas/A" } },
    };
    const content = { "application/json": { schema: union, examples: { one: { value: { kind: "a" } } } } };
    const spec = specWith({ responses: { ...responses, 200: { description: "d", content } } });
    const components = { ...(spec["components"] as Json), schemas: { A: variant("a"), B: variant("b") } };
    expect(await rulesBrokenBy({ ...spec, components })).toEqual(["discriminator-mapped"]);
  });
});
