import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { formatOf } from "../../generator/cli/lint-formats.js";
import type { Diagnostic } from "../../generator/source/diagnostic.js";
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

/** What is found in a spec that has settings of its own beside it: each rule with its severity. */
async function found(spec: Json, settings = "rules: {}\n", ignored?: string): Promise<string[]> {
  const folder = scratchFolder();
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(spec, null, 2));
  writeFileSync(join(folder, "redocly.yaml"), settings);
  if (ignored !== undefined) writeFileSync(join(folder, ".redocly.lint-ignore.yaml"), ignored);
  const diagnostics = await lintSource(await readSpec(join(folder, "openapi.json")));
  return [...new Set(diagnostics.map(({ rule, severity }) => `${severity} ${rule}`))].sort();
}

describe("the settings of a spec", () => {
  const untagged = specWith({
    operationId: "things_list",
    tags: [],
    summary: undefined,
    description: undefined,
  });

  it("ask for no house rules unless they are chosen", async () => {
    expect(await found(untagged)).toEqual([]);
    expect(await found(untagged, "extends: [specwright/house]\n")).toContain("error operation-tagged");
  });

  it("choose the level of each rule, ours with or without our name", async () => {
    const settings =
      "rules: { operation-summary: warn, operation-tagged: warn, specwright/operation-id-form: error }\n";
    expect(await found(untagged, settings)).toEqual([
      "error operation-id-form",
      "warning operation-summary",
      "warning operation-tagged",
    ]);
  });

  it("leave out what the ignore file or the node itself says", async () => {
    const settings = "rules: { operation-tagged: error }\n";
    const ignored = "openapi.json: { specwright/operation-tagged: ['#/paths/~1things/get/tags'] }\n";
    expect(await found(untagged, settings)).toEqual(["error operation-tagged"]);
    expect(await found(untagged, settings, ignored)).toEqual([]);
    expect(await found(specWith({ tags: [], "x-lint-ignore": ["operation-tagged"] }), settings)).toEqual([]);
  });
});

describe("what would make a wrong client", () => {
  const paged = { style: "cursor", cursorParameter: "cursor", items: "/data", next: "/next" };
  const all: [what: string, operation: Json, told: RegExp][] = [
    ["an extension of a wrong name", { "x-retries": { statuses: [500] } }, /did you mean "x-retry"/],
    ["a parameter that is not there", { "x-pagination": paged }, /the parameter "cursor", which/],
    ["a member that is not there", { "x-pagination": { style: "link", items: "/dato" } }, /no "dato"/],
    [
      "a word that is none",
      { "x-pagination": { style: "pages", items: "/data" } },
      /one of cursor, page, offset, link/,
    ],
    [
      "a member that an extension does not have",
      { "x-idempotency": { headr: "K", header: "K" } },
      /did you mean "header"/,
    ],
  ];
  it.each(all)("is one error in every build: %s", async (_, operation, told) => {
    const file = join(scratchFolder(), "openapi.json");
    writeFileSync(file, JSON.stringify(specWith(operation), null, 2));
    const errors = (await readSpec(file)).findings.filter(({ severity }) => severity === "error");
    expect(errors.map(({ message, remedy }) => `${message} ${remedy}`).join("\n")).toMatch(told);
    expect(errors.every(({ location }) => location !== undefined)).toBe(true);
    expect(new Set(errors.map(({ message }) => message)).size).toBe(errors.length);
  });

  it("is nothing that somebody else's tool says by a name of ours", async () => {
    const file = join(scratchFolder(), "openapi.json");
    const foreign = { "x-pagination": { type: "offset", inputs: [] } };
    writeFileSync(file, JSON.stringify(specWith(foreign), null, 2));
    const { findings, document } = await readSpec(file);
    expect(findings).toMatchObject([{ severity: "warning", rule: "foreign-extension" }]);
    expect(JSON.stringify(document)).not.toContain("x-pagination");
  });
});

describe("formats for machines", () => {
  const diagnostics: Diagnostic[] = [
    {
      severity: "error",
      rule: "r",
      message: "Wrong: 100 %.",
      remedy: "Fix it.",
      location: { file: resolve("a,b.yaml"), line: 3, column: 5 },
    },
  ];

  it("are GitHub's annotations, escaped", () => {
    expect(formatOf("github")?.(diagnostics)).toBe(
      "::error file=a%2Cb.yaml,line=3,col=5,title=r::Wrong: 100 %25. Fix it.",
    );
  });

  it("are SARIF 2.1.0", () => {
    expect(JSON.parse(formatOf("sarif")?.(diagnostics) ?? "")).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          results: [
            { ruleId: "r", level: "error", locations: [{ physicalLocation: { region: { startLine: 3 } } }] },
          ],
        },
      ],
    });
  });

  it("are no others", () => {
    expect(() => formatOf("xml")).toThrow(/no format "xml"/);
  });
});

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
    expect(readFileSync("redocly.yaml", "utf8")).toContain("specwright/house");
    const { rules, configs } = specwrightPlugin();
    for (const rule of Object.keys(rules?.oas3 ?? {}))
      expect(configs?.["house"]?.rules).toMatchObject({ [`specwright/${rule}`]: "error" });
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
