import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { describe, expect, it } from "vitest";

import { lintSource } from "../../generator/source/lint.js";
import { readSpec } from "../../generator/source/read-spec.js";
import { scratchFolder } from "../support/scratch.js";

/** Writes files below a new folder, and gives back the path of the first. */
function files(contents: Readonly<Record<string, unknown>>): string {
  const folder = scratchFolder();
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return join(folder, Object.keys(contents)[0] ?? "");
}

/** A document that answers with one schema. */
function answering(schema: unknown, rest: object = {}): object {
  const responses = { 200: { description: "ok", content: { "application/json": { schema } } } };
  return {
    openapi: "3.1.0",
    info: { title: "T", version: "1" },
    paths: { "/a": { get: { operationId: "getA", responses } } },
    ...rest,
  };
}

const schemaIn = (document: Record<string, unknown>): unknown =>
  Object(document)["paths"]["/a"].get.responses[200].content["application/json"].schema;

describe("names that are keywords elsewhere", () => {
  it("are followed in maps: a response `default`, a schema `example`, a property `enum` (OpenAPI 3.1, 4.8.16)", async () => {
    const responses = { default: { $ref: "errors.yaml#/default" } };
    const root = files({
      "openapi.yaml": {
        ...answering({}),
        paths: { "/a": { get: { responses } } },
        components: {
          schemas: {
            example: { properties: { enum: { $ref: "#/components/schemas/default" } } },
            default: {},
          },
        },
      },
      "errors.yaml": { default: { description: "It failed." } },
    });
    const { document, findings } = await readSpec(root);
    expect(findings).toEqual([]);
    expect(JSON.stringify(document)).not.toContain("errors.yaml");
    expect(document).toMatchObject({ components: { responses: { default: { description: "It failed." } } } });
  });

  it("are data as keywords", async () => {
    const schema = { type: "object", default: { $ref: "#/nowhere" }, examples: [{ $ref: "#/nowhere" }] };
    expect((await readSpec(files({ "openapi.yaml": answering(schema) }))).findings).toEqual([]);
  });
});

describe("references of JSON Schema 2020-12", () => {
  const read = async (schema: unknown, schemas: object) =>
    schemaIn((await readSpec(files({ "o.json": answering(schema, { components: { schemas } }) }))).document);

  it("follow `$anchor` (8.2.2)", async () => {
    expect(await read({ $ref: "#pet" }, { Pet: { $anchor: "pet" } })).toEqual({
      $ref: "#/components/schemas/Pet",
    });
  });

  it("follow `$id`, and pointers from the schema that has it (8.2.1)", async () => {
    const Tag = { $id: "https://s.test/tag", $ref: "#/$defs/name", $defs: { name: { type: "string" } } };
    const root = files({
      "o.json": answering({ $ref: "https://s.test/tag" }, { components: { schemas: { Tag } } }),
    });
    const { document } = await readSpec(root);
    expect(schemaIn(document)).toEqual({ $ref: "#/components/schemas/Tag" });
    expect(document).toMatchObject({
      components: { schemas: { Tag: { $ref: "#/components/schemas/Tag/$defs/name" } } },
    });
  });

  it("follow `$dynamicRef` to its anchor (8.2.3.2)", async () => {
    const Tree = { $dynamicAnchor: "node", properties: { kids: { items: { $dynamicRef: "#node" } } } };
    const root = files({ "o.json": answering({}, { components: { schemas: { Tree } } }) });
    expect((await readSpec(root)).document).toMatchObject({
      components: {
        schemas: { Tree: { properties: { kids: { items: { $ref: "#/components/schemas/Tree" } } } } },
      },
    });
  });
});

describe("references between files", () => {
  it("are percent-decoded (RFC 3986, section 2.1)", async () => {
    const root = files({
      "o.json": answering({ $ref: "a%20dir/Pet.json" }),
      "a dir/Pet.json": { type: "object", properties: { parent: { $ref: "#" } } },
    });
    const { document } = await readSpec(root);
    expect(document).toMatchObject({
      components: { schemas: { Pet: { properties: { parent: { $ref: "#/components/schemas/Pet" } } } } },
    });
  });

  it("bring Markdown as the text that it is", async () => {
    const info = { title: "T", version: "1", description: { $ref: "intro.md" } };
    const root = files({ "o.json": answering({}, { info }), "intro.md": "# Hello\n" });
    expect((await readSpec(root)).document["info"]).toEqual({ ...info, description: "# Hello\n" });
  });

  it("resolve against `$self` (OpenAPI 3.2, 4.1.2.2)", async () => {
    const shared = {
      $self: "https://api.test/shared.json",
      components: { schemas: { Pet: { type: "object" } } },
    };
    const root = files({
      "o.json": answering(
        { $ref: "https://api.test/shared.json#/components/schemas/Pet" },
        {
          openapi: "3.2.0",
          $self: "https://api.test/o.json",
          "x-other": { $ref: "local.json" },
        },
      ),
      "local.json": shared,
    });
    expect(schemaIn((await readSpec(root)).document)).toEqual({ $ref: "#/components/schemas/Pet" });
  });
});

describe("a reference that leads nowhere", () => {
  const broken = files({ "o.json": answering({ $ref: "#/components/schemas/Nope" }) });

  it("is a warning and allows anything in somebody else's spec", async () => {
    const { document, findings } = await readSpec(broken);
    expect(schemaIn(document)).toEqual({});
    expect(findings).toMatchObject([{ severity: "warning", rule: "no-broken-ref", location: { line: 1 } }]);
  });

  it("is an error for the linter", async () => {
    expect(await lintSource(await readSpec(broken))).toContainEqual(
      expect.objectContaining({ severity: "error", rule: "no-broken-ref" }),
    );
  });
});

describe("a spec from a URL", () => {
  it("is read with its files, and headers go to its own origin", async () => {
    const asked: [url: string, authorization: string | undefined][] = [];
    const server = createServer((request, response) => {
      asked.push([request.url ?? "", request.headers.authorization]);
      if (request.headers.authorization !== "Bearer s3cret") response.statusCode = 401;
      response.end(
        JSON.stringify(request.url === "/o.json" ? answering({ $ref: "Pet.json" }) : { type: "object" }),
      );
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo; // a TCP server's address is no text
    const url = `http://127.0.0.1:${port}/o.json`;
    try {
      const { document } = await readSpec(url, { headers: { authorization: "Bearer s3cret" } });
      expect(document).toMatchObject({ components: { schemas: { Pet: { type: "object" } } } });
      expect(asked).toEqual([
        ["/o.json", "Bearer s3cret"],
        ["/Pet.json", "Bearer s3cret"],
      ]);
      await expect(readSpec(url)).rejects.toThrow(/answers 401/);
    } finally {
      server.close();
    }
  });
});
