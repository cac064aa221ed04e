import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { specwright } from "../support/cli.js";
import { scratchFolder } from "../support/scratch.js";

const VALID = "openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths: {}\n";

/** What is wrong with a spec, its text or bytes, and what the message must name. */
const SPECS: [what: string, text: string | Uint8Array, told: RegExp[]][] = [
  ["invalid YAML", "openapi: 3.1.0\npaths:\n  /a: [1\n", [/openapi\.yaml:\d+:\d+ error yaml-syntax/, /fix:/]],
  ["a tab in YAML", "openapi: 3.1.0\n\tpaths: {}\n", [/openapi\.yaml:2:1 error yaml-syntax/]],
  ["a repeated key", `${VALID}paths: {}\n`, [/openapi\.yaml:4:1 error yaml-syntax/, /unique/i]],
  [
    "invalid UTF-8",
    Uint8Array.from([...Buffer.from("openapi: 3.1.0\n"), 0xff, 0xfe, 10]),
    [/openapi\.yaml:2:1 error utf-8/, /Save it as UTF-8/],
  ],
  ["an empty document", "", [/error openapi-document/, /empty/]],
  ["a list", "- a\n", [/a list, not an object/]],
  ["something else", "asyncapi: 3.0.0\n", [/AsyncAPI/]],
  ["an unknown version", "openapi: 4.0.0\n", [/OpenAPI 4\.0\.0 is not supported/, /3\.0, 3\.1 or 3\.2/]],
  [
    "a broken extension",
    `${VALID}x-rate-limits: { windows: [{ name: a, limit: 0, window: 1m }] }\n`,
    [/openapi\.yaml:4:1 error vocabulary/, /x-rate-limits is not well-formed/],
  ],
];

/** References that lead nowhere: a warning in a build, an error for the linter. */
const REFERENCES: [what: string, text: string, told: RegExp[]][] = [
  [
    "a reference into nowhere",
    `${VALID.replace("paths: {}", "paths:\n  /a:\n    get:\n      responses:\n        '200': { $ref: '#/components/responses/Gon' }")}components:\n  responses:\n    Gone: { description: d }\n`,
    [/openapi\.yaml:7:\d+ (warning|error) no-broken-ref/, /there is no "Gon"/, /Did you mean "Gone"\?/],
  ],
  [
    "a reference to no file",
    VALID.replace("{}", "\n  /a: { $ref: paths/a.yaml }"),
    [/openapi\.yaml:4:\d+ (warning|error) no-broken-ref/, /paths\/a\.yaml" names a file that does not exist/],
  ],
  [
    "a reference to the network",
    VALID.replace("{}", "\n  /a: { $ref: 'https://example.com/a.yaml' }"),
    [/leads to the network/, /Download the document/],
  ],
];

describe("a reference that leads nowhere", () => {
  it.each(REFERENCES)("%s: builds with a warning, and is an error for the linter", async (_, text, told) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "openapi.yaml"), text);
    const built = await specwright(
      folder,
      "build",
      "--spec",
      "openapi.yaml",
      "--out",
      "out",
      "--name",
      "acme",
    );
    expect(built.code).toBe(0);
    const linted = await specwright(folder, "lint", "openapi.yaml");
    expect(linted.code).toBe(1);
    for (const pattern of told) {
      expect(built.stdout + built.stderr).toMatch(pattern);
      expect(linted.stderr).toMatch(pattern);
    }
  });
});

describe("a spec that cannot be used", () => {
  it.each(SPECS)("%s: says where and what to do, and ends with 1", async (_, text, told) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "openapi.yaml"), text);
    const { code, stdout, stderr } = await specwright(
      folder,
      "build",
      "--spec",
      "openapi.yaml",
      "--out",
      "out",
      "--name",
      "acme",
    );
    expect(code).toBe(1);
    expect(stdout).toBe("");
    for (const pattern of [...told, /fix: \S/]) expect(stderr).toMatch(pattern);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  it("invalid JSON: says where", async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "openapi.json"), '{\n  "openapi": "3.1.0",\n  "info": {,}\n}');
    const { code, stderr } = await specwright(
      folder,
      "build",
      "--spec",
      "openapi.json",
      "--out",
      "out",
      "--name",
      "acme",
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/openapi\.json:3:12 error json-syntax/);
  });

  it.each([
    ["a missing file", "gone.yaml", /There is no file/],
    ["a folder", ".", /is a folder/],
  ])("%s: says so", async (_, spec, told) => {
    const { code, stderr } = await specwright(
      scratchFolder(),
      "build",
      "--spec",
      spec,
      "--out",
      "out",
      "--name",
      "acme",
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(told);
  });

  it("tells machines the same as JSON", async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "openapi.yaml"), "- a\n");
    const { code, stdout } = await specwright(
      folder,
      "build",
      "--spec",
      "openapi.yaml",
      "--out",
      "out",
      "--name",
      "acme",
      "--json",
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      diagnostics: [{ severity: "error", rule: "openapi-document" }],
    });
  });

  it("leaves the earlier output as it was", async () => {
    const folder = scratchFolder();
    const build = ["build", "--spec", "openapi.yaml", "--out", "out", "--name", "acme"];
    writeFileSync(join(folder, "openapi.yaml"), VALID);
    expect((await specwright(folder, ...build)).code).toBe(0);
    const before = readFileSync(join(folder, "out", ".specwright.json"), "utf8");
    writeFileSync(join(folder, "openapi.yaml"), "broken: [");
    expect((await specwright(folder, ...build)).code).toBe(1);
    expect(readFileSync(join(folder, "out", ".specwright.json"), "utf8")).toBe(before);
  });
});

describe("a spec that can be mended", () => {
  it("is built, with a warning for each thing", async () => {
    const folder = scratchFolder();
    const operation = "get: { responses: { '200': { description: d } } }";
    writeFileSync(
      join(folder, "openapi.yaml"),
      VALID.replace("{}", `\n  /a/{id}: { ${operation} }`).replace("paths: {}", ""),
    );
    const { code, stdout } = await specwright(
      folder,
      "build",
      "--spec",
      "openapi.yaml",
      "--out",
      "out",
      "--name",
      "acme",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /warning operation-id\n\s+The operation has no operationId; it is called "getAById"/,
    );
    expect(stdout).toMatch(/warning path-parameter-declared/);
  });

  it("also when it is Swagger 2.0", async () => {
    const folder = scratchFolder();
    writeFileSync(
      join(folder, "swagger.yaml"),
      "swagger: '2.0'\ninfo: { title: T, version: '1' }\nhost: example.com\npaths:\n  /pets: { get: { operationId: listPets, responses: { 200: { description: d } } } }\n",
    );
    const { code, stdout } = await specwright(
      folder,
      "build",
      "--spec",
      "swagger.yaml",
      "--out",
      "out",
      "--name",
      "acme",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning swagger-2\.0/);
    expect(readFileSync(join(folder, "out", "src", "operations", "pets.ts"), "utf8")).toContain(
      "export function listPets",
    );
  });
});

describe("a call that is not right ends with 2", () => {
  const calls: [what: string, args: string[], told: RegExp][] = [
    [
      "no config and no spec",
      ["build"],
      /no specwright\.config\.ts in this folder[^]*fix: Run `specwright init`/,
    ],
    ["a config that is not there", ["build", "--config", "gone.ts"], /There is no config gone\.ts/],
    ["a spec without a folder", ["build", "--spec", "a.yaml"], /--out DIR and --name PACKAGE is missing/],
    [
      "a package name that is none",
      ["build", "--spec", "a.yaml", "--out", "o", "--name", "Acme Client"],
      /no npm package name/,
    ],
    [
      "an artefact that is none",
      ["build", "--spec", "a.yaml", "--out", "o", "--name", "n", "--only", "rust"],
      /There is no artefact "rust"[^]*Choose from client, server, docs/,
    ],
    ["an unknown option", ["build", "--fast"], /unknown option '--fast'/],
    ["an unknown command", ["biuld"], /unknown command 'biuld'/],
  ];
  it.each(calls)("%s", async (_, args, told) => {
    const { code, stderr } = await specwright(scratchFolder(), ...args);
    expect(stderr).toMatch(told);
    expect(code).toBe(2);
  });

  it.each([
    [
      "a key that is none",
      `export default { spec: "a.yaml", artefacts: [["client", { dir: "c", name: "n" }]],\n  overlay: [] };`,
      /specwright\.config\.ts:2:3 error config\n.*There is no option `overlay`[^]*Did you mean `overlays`/,
    ],
    [
      "no artefacts",
      `export default { spec: "a.yaml", artefacts: [] };`,
      /config\.ts:1:\d+ error config\n.*`artefacts` must NOT have fewer than 1 items/,
    ],
    [
      "the outputs of an earlier version",
      `export default {\n  spec: "a.yaml",\n  outputs: {} };`,
      /config\.ts:3:3 error config\n.*`outputs` is now a list, `artefacts`[^]*fix: Write artefacts/,
    ],
    [
      "an option that its artefact does not have",
      `import { client } from "specwright";\nconst own = client({\n  dir: "c",\n  nam: "n",\n});\nexport default { spec: "a.yaml", artefacts: [own] };`,
      /config\.ts:4:3 error config\n.*artefact client: There is no option `nam`[^]*Did you mean `name`/,
    ],
    [
      "a value of another type",
      `export default { spec: "a.yaml", artefacts: [\n  ["docs", { dir: 7 }]] };`,
      /config\.ts:2:\d+ error config\n.*`dir` must be string: 7/,
    ],
    [
      "an artefact that does not exist",
      `export default { spec: "a.yaml", artefacts: ["./rust.ts"] };`,
      /rust\.ts cannot be loaded/,
    ],
    [
      "a syntax error",
      `export default {\n  spec: [1 2] };`,
      /config\.ts:2:\d+ error config\n.*cannot be loaded/,
    ],
    [
      "code that fails",
      `const a: any = undefined;\nexport default a.b;`,
      /config\.ts:2:\d+ error config\n.*cannot be loaded: Cannot read properties/,
    ],
  ])("a config with %s", async (_, text, told) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "specwright.config.ts"), text);
    const { code, stderr } = await specwright(folder, "build");
    expect(stderr).toMatch(told);
    expect(code).toBe(2);
  });
});

describe("an output folder that cannot be used", () => {
  const build = ["build", "--spec", "openapi.yaml", "--out", "out", "--name", "acme"];
  const withSpec = (): string => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "openapi.yaml"), VALID);
    return folder;
  };

  it("holds files of somebody else's: they are not touched", async () => {
    const folder = withSpec();
    mkdirSync(join(folder, "out"));
    writeFileSync(join(folder, "out", "package.json"), "mine");
    const { code, stderr } = await specwright(folder, ...build);
    expect(code).toBe(1);
    expect(stderr).toMatch(/package\.json exists, and Specwright did not write it/);
    expect(readFileSync(join(folder, "out", "package.json"), "utf8")).toBe("mine");
    expect(existsSync(join(folder, "out", "src"))).toBe(false);
  });

  it("is not empty", async () => {
    const folder = withSpec();
    mkdirSync(join(folder, "out"));
    writeFileSync(join(folder, "out", "notes.txt"), "mine");
    const { code, stderr } = await specwright(folder, ...build);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is not empty, and Specwright did not write it \(notes\.txt\)/);
  });

  it("is a file", async () => {
    const folder = withSpec();
    writeFileSync(join(folder, "out"), "mine");
    const { code, stderr } = await specwright(folder, ...build);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is a file, not a folder/);
  });

  it("keeps what its owner adds beside what was generated", async () => {
    const folder = withSpec();
    await specwright(folder, ...build);
    writeFileSync(join(folder, "out", "notes.txt"), "mine");
    expect((await specwright(folder, ...build)).code).toBe(0);
    expect(readFileSync(join(folder, "out", "notes.txt"), "utf8")).toBe("mine");
  });
});
