import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { describe, expect, it } from "vitest";

import { SpecError } from "../../generator/source/diagnostic.js";
import { readSpec } from "../../generator/source/read-spec.js";
import { checkExtension, vocabulary } from "../../generator/source/vocabulary/vocabulary.js";
import { scratchFolder } from "../support/scratch.js";

/** Writes files below a new folder, and gives back the path of the first. */
function files(contents: Readonly<Record<string, string>>): string {
  const folder = scratchFolder();
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(contents)[0] ?? "");
}

const MULTI = {
  "openapi.yaml":
    "openapi: 3.1.0\ninfo: { title: T, version: '1' }\nx-error-codes:\n  $ref: errors.yaml\npaths:\n  /pets:\n    $ref: paths/pets.yaml\n",
  "errors.yaml": "gone:\n  status: 404\n  title: Gone\n",
  "paths/pets.yaml":
    "get:\n  operationId: listPets\n  responses:\n    '200':\n      description: Pets.\n      content:\n        application/json:\n          schema:\n            $ref: ../schemas/Pet.yaml\n",
  "schemas/Pet.yaml": "type: object\nproperties:\n  name:\n    type: string\n  parent:\n    $ref: Pet.yaml\n",
};

describe("a spec of many files", () => {
  it("is bundled into one document, in which every reference is internal", async () => {
    const { document, files: read } = await readSpec(files(MULTI));
    expect(read).toHaveLength(4);
    expect(document).toMatchObject({
      "x-error-codes": { gone: { status: 404 } },
      paths: { "/pets": { get: { operationId: "listPets" } } },
      components: { schemas: { Pet: { properties: { parent: { $ref: "#/components/schemas/Pet" } } } } },
    });
  });

  it.each([
    ["/paths/~1pets/get/operationId", "paths/pets.yaml", 2, 3],
    ["/components/schemas/Pet/properties/name", "schemas/Pet.yaml", 3, 3],
    ["/x-error-codes/gone/title", "errors.yaml", 3, 3],
    ["/info/title", "openapi.yaml", 2, 9],
  ])("%s is found in %s:%i", async (pointer, name, line, column) => {
    const root = files(MULTI);
    const { locate } = await readSpec(root);
    expect(locate(pointer)).toMatchObject({ file: join(dirname(root), name), line, column });
  });

  it("has the same hash wherever it lies, and another one when a word changes", async () => {
    const [here, there] = [await readSpec(files(MULTI)), await readSpec(files(MULTI))];
    const other = await readSpec(
      files({ ...MULTI, "errors.yaml": MULTI["errors.yaml"].replace("Gone", "Lost") }),
    );
    expect(there.hash).toBe(here.hash);
    expect(other.hash).not.toBe(here.hash);
  });
});

describe("an overlay", () => {
  const overlay = (actions: object[], rest: object): string =>
    JSON.stringify({ overlay: "1.2.0", info: { title: "o", version: "1" }, actions, ...rest });
  const read = async (actions: object[], rest: object = {}) => {
    const root = files({ ...MULTI, "overlay.json": overlay(actions, rest) });
    return (await readSpec(root, { overlays: [join(dirname(root), "overlay.json")] })).document;
  };

  it("merges, appends and removes, in order", async () => {
    const document = await read([
      { target: "$", update: { "x-retry": { maxAttempts: 2 }, tags: [{ name: "a" }] } },
      { target: "$.tags", update: { name: "b" } },
      { target: "$.paths['/pets'].get", update: { "x-cache": { fresh: "PT1M" }, deprecated: true } },
      { target: "$.paths['/pets'].get.deprecated", remove: true },
      { target: "$.components.schemas.*", update: { title: "It" } },
    ]);
    expect(document["tags"]).toEqual([{ name: "a" }, { name: "b" }]);
    expect(document["paths"]).toMatchObject({ "/pets": { get: { "x-cache": { fresh: "PT1M" } } } });
    expect(document["paths"]).not.toHaveProperty(["/pets", "get", "deprecated"]);
    expect(document["components"]).toMatchObject({ schemas: { Pet: { title: "It" } } });
  });

  it("copies one node to others (Overlay 1.1, Action Object)", async () => {
    const document = await read([
      { target: "$", update: { "x-common": { deprecated: true } } },
      { target: "$.paths.*.get", copy: "$['x-common']" },
      { target: "$['x-common']", remove: true },
    ]);
    expect(document["paths"]).toMatchObject({
      "/pets": { get: { operationId: "listPets", deprecated: true } },
    });
    expect(document).not.toHaveProperty("x-common");
  });

  it("applies reusable actions (Overlay 1.2)", async () => {
    const components = { actions: { hide: { fields: { update: { "x-hidden": true } } } } };
    const document = await read([{ $ref: "#/components/actions/hide", target: "$.info" }], { components });
    expect(document["info"]).toMatchObject({ "x-hidden": true });
  });

  it("of an unknown version is refused whole", async () => {
    await expect(read([{ target: "$", update: {} }], { overlay: "2.0.0" })).rejects.toThrow(
      /Overlay 2\.0\.0 is not supported; nothing of overlay\.json is applied/,
    );
  });

  it.each([
    ["a target that selects nothing", [{ target: "$.nowhere", update: {} }], /selects nothing: \$\.nowhere/],
    ["a target that is no JSONPath", [{ target: "$[", update: {} }], /is no valid JSONPath/],
    ["no target", [{ update: {} }], /has no target/],
    ["a copy of several", [{ target: "$", copy: "$.*" }], /must select one node/],
    ["an unknown field", [{ target: "$", updat: {} }], /no field "updat"/],
    ["an unknown reference", [{ target: "$", $ref: "#/a" }], /names no action/],
  ])("is refused for %s, and the error points into it", async (_, actions, told) => {
    await expect(read(actions)).rejects.toThrow(told);
    const error: unknown = await read(actions).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SpecError);
    expect(error).toMatchObject({
      diagnostics: [
        {
          location: {
            file: expect.stringMatching(/overlay\.json$/),
            pointer: expect.stringMatching(/^\/actions\/0/),
          },
        },
      ],
    });
  });
});

describe("the vocabulary", () => {
  const good: [extension: string, value: unknown][] = [
    [
      "x-rate-limits",
      {
        per: "credential",
        windows: [{ name: "w", limit: 1, window: "PT15M" }],
        refusal: { status: 429, code: "slow" },
      },
    ],
    ["x-rate-limits", { cost: 0 }],
    ["x-retry", false],
    [
      "x-retry",
      {
        delay: [{ header: "Retry-After" }, { message: "in (?<seconds>\\d+) s" }],
        backoff: { initial: "PT0.5S", jitter: "full" },
      },
    ],
    ["x-idempotency", { header: "Idempotency-Key" }],
    ["x-pagination", { style: "link", items: "" }],
    ["x-error-codes", ["a", "b"]],
    ["x-error-codes", { a: { status: 404, title: "A" } }],
    ["x-cache", { fresh: "P1D", validators: ["etag"] }],
    ["x-resource", "teams.members"],
    ["x-method", "list"],
    ["x-open-enum", true],
    ["x-client-default", "current"],
  ];
  it.each(good)("%s takes %j", (extension, value) => {
    expect(checkExtension(extension, value)).toEqual([]);
  });

  const bad: [extension: string, value: unknown, told: RegExp][] = [
    ["x-rate-limits", { windows: [{ name: "w", limit: 0, window: "PT1S" }] }, /limit must be >= 1/],
    ["x-rate-limits", { windows: [{ name: "w", limit: 1, window: "15m" }] }, /must match format "duration"/],
    ["x-rate-limits", { windows: [{ name: "w", limit: 1, window: "P1M" }] }, /must match format "duration"/],
    ["x-retry", { delay: [{ message: "in (\\d+) s" }] }, /must match pattern/],
    ["x-retry", { delay: [{ message: "(?<seconds>" }] }, /must match format "regex"/],
    ["x-retry", true, /must be equal to constant|must be object/],
    ["x-idempotency", { header: "no spaces" }, /must match pattern/],
    ["x-pagination", { style: "cursor", items: "/a" }, /must have required property 'cursorParameter'/],
    ["x-pagination", { style: "pages", items: "/a" }, /must be one of cursor, page, offset, link/],
    ["x-error-codes", { a: { status: 200, title: "A" } }, /status must be >= 400/],
    ["x-cache", { fresh: 300 }, /fresh must be string/],
    ["x-resource", "teams members", /must match pattern/],
    ["x-method", "List", /must match pattern/],
    ["x-open-enum", "yes", /must be boolean/],
    ["x-client-default", ["current"], /must be string,number/],
  ];
  it.each(bad)("%s refuses %j", (extension, value, told) => {
    expect(checkExtension(extension, value).join("; ")).toMatch(told);
  });

  it("says of each extension, and of each of its members, what it means", () => {
    const undescribed = (schema: unknown, at: string): string[] => {
      const { properties = {}, description } = Object(schema);
      const members = Object.entries(properties).flatMap(([name, member]) =>
        undescribed(member, `${at}.${name}`),
      );
      return typeof description === "string" && description.length > 5 ? members : [at, ...members];
    };
    expect(Object.entries(vocabulary).flatMap(([name, schema]) => undescribed(schema, name))).toEqual([]);
  });
});
