import fc from "fast-check";
import { Project } from "ts-morph";
import ts from "typescript";
import { describe, expect, it } from "vitest";

import type { ApiModel } from "../../generator/model/api-model.js";
import { buildModel } from "../../generator/model/build-model.js";
import { Namespace, typeIdentifier, valueIdentifier } from "../../generator/kit/typescript/identifiers.js";
import { Imports } from "../../generator/kit/typescript/imports.js";
import { dataLiteral, propertyName, stringLiteral } from "../../generator/kit/typescript/literals.js";
import { chooseNames } from "../../generator/kit/typescript/names.js";
import { tsdoc } from "../../generator/kit/typescript/tsdoc.js";
import { RUNTIME_TYPES } from "../../generator/kit/typescript/runtime-exports.js";
import { typeText } from "../../generator/kit/typescript/type-text.js";
import type { Schema } from "../../generator/model/schema.js";

/** Names as hostile specs have them. */
const anyName = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "class",
    "delete",
    "__proto__",
    "constructor",
    "*/",
    "`${x}`",
    "a\nb",
    "../x",
    "",
    "1st",
    "日本",
    "then",
  ),
);

function syntaxErrors(source: string): readonly ts.Diagnostic[] {
  const { diagnostics } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  return diagnostics ?? [];
}

/** What a module of one constant evaluates to. */
function evaluate(expression: string): unknown {
  return new Function(`"use strict"; return (${expression});`)();
}

function modelWith(document: object): ApiModel {
  return buildModel({ document: { ...document }, format: "openapi-3.1" }).model;
}

describe("identifiers", () => {
  it("are valid for every name", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const source = `const ${valueIdentifier(name, "value")} = 1; type ${typeIdentifier(name)} = 1;`;
        expect(syntaxErrors(source)).toEqual([]);
      }),
    );
  });

  it("never repeat within a namespace", () => {
    fc.assert(
      fc.property(fc.array(anyName, { maxLength: 20 }), (names) => {
        const namespace = new Namespace(["Promise"]);
        const given = names.map((name) => namespace.claim(typeIdentifier(name), "Schema"));
        expect(new Set(given).size).toBe(given.length);
        expect(given).not.toContain("Promise");
      }),
    );
  });
});

describe("chooseNames", () => {
  it("names the client after the package", () => {
    const model = modelWith({});
    const names = ["@workspace-api/client", "acme-client", "stripe", "@scope/pet-store", "client", "3d-api"];
    expect(names.map((name) => chooseNames(model, name).client)).toEqual([
      "WorkspaceClient",
      "AcmeClient",
      "StripeClient",
      "ScopePetStoreClient",
      "ClientClient",
      "_3dClient",
    ]);
  });

  it("keeps schemas apart from each other and from what the code needs", () => {
    const schemas = Object.fromEntries(
      ["Error", "foo", "Foo", "foo-bar", "Promise", "Call"].map((name) => [name, {}]),
    );
    const names = chooseNames(modelWith({ components: { schemas } }), "acme-client");
    expect([...names.schemas.values()]).toEqual([
      "ErrorSchema",
      "Foo2",
      "Foo",
      "FooBar",
      "PromiseSchema",
      "CallSchema",
    ]);
  });

  it("reserves every type that the package's index exports besides the schemas", () => {
    const project = new Project({ tsConfigFilePath: "generated/client/tsconfig.json" });
    const runtime = project
      .getSourceFileOrThrow("generated/client/src/runtime/index.ts")
      .getExportedDeclarations();
    const types = [...runtime.keys()].filter((name) => /^[A-Z]/.test(name));
    expect(types.filter((name) => !RUNTIME_TYPES.includes(name))).toEqual([]);
  });

  it("gives files names that differ also where case does not count", () => {
    const operation = (resource: string): object => ({ get: { "x-resource": resource, responses: {} } });
    const model = modelWith({
      paths: { "/a": operation("fooBar"), "/b": operation("foobar"), "/c": operation("foo.bar") },
    });
    const files = [...chooseNames(model, "acme").resources.values()].map(({ file }) => file);
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(files.length);
  });

  it("keeps methods apart from nested resources and from what every object has", () => {
    const operation = (method: string): object => ({
      get: { "x-resource": "teams", "x-method": method, responses: {} },
    });
    const model = modelWith({
      paths: {
        "/a": operation("members"),
        "/b": operation("constructor"),
        "/c": operation("then"),
        "/d": operation("delete"),
        "/e": { get: { "x-resource": "teams.members", responses: {} } },
      },
    });
    const methods = [...chooseNames(model, "acme").operations.values()].map(({ method }) => method);
    expect(methods.slice(0, 4)).toEqual([
      "membersOperation",
      "constructorOperation",
      "thenOperation",
      "delete",
    ]);
  });
});

describe("literals", () => {
  it("evaluate to the value that they were made of", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(evaluate(dataLiteral(value)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("keep any text on its line", () => {
    fc.assert(
      fc.property(anyName, (text) => {
        expect(stringLiteral(text)).not.toMatch(/[\n\r\u2028\u2029]/);
        expect(evaluate(stringLiteral(text))).toBe(text);
      }),
    );
  });

  it("set no prototype", () => {
    expect(propertyName("__proto__")).toBe('["__proto__"]');
    expect(Object.keys(evaluate(dataLiteral(JSON.parse('{"__proto__":1}'))) as object)).toEqual([
      "__proto__",
    ]);
  });
});

describe("tsdoc", () => {
  it("cannot be ended by what it says", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyName, fc.constant("*/ evil() /*"))), (lines) => {
        const source = `${tsdoc(lines)}export const x = 1;`;
        const file = ts.createSourceFile("x.ts", source, ts.ScriptTarget.ES2022);
        expect(file.statements).toHaveLength(1);
      }),
    );
  });

  it("is one line where one is enough", () => {
    expect(tsdoc(["", "One.", ""])).toBe("/** One. */\n");
    expect(tsdoc(["One.", "", "Two."], "  ")).toBe("  /**\n   * One.\n   *\n   * Two.\n   */\n");
    expect(tsdoc([])).toBe("");
  });
});

describe("Imports", () => {
  it("writes one statement for each module, types marked beside values", () => {
    const imports = new Imports();
    imports.type("./b.js", "T");
    imports.value("./a.js", "v");
    imports.type("./a.js", "U");
    imports.type("./a.js", "v");
    expect(imports.toString()).toBe(
      'import { v, type U } from "./a.js";\nimport type { T } from "./b.js";\n',
    );
  });
});

describe("typeText", () => {
  const names = chooseNames(modelWith({ components: { schemas: { "the-task": {} } } }), "acme");
  const cases: [string, Schema, string | undefined][] = [
    ["a reference", { $ref: "#/components/schemas/the-task" }, "TheTask"],
    ["text", { type: "string" }, "string"],
    ["bytes", { type: "string", format: "binary" }, "Blob"],
    ["a whole number", { type: "integer" }, "number"],
    ["a list", { type: "array", items: { type: "string" } }, "string[]"],
    ["a list of choices", { type: "array", items: { enum: ["a", "b"] } }, '("a" | "b")[]'],
    ["null among others", { type: ["string", "null"] }, "string | null"],
    ["numbers to choose from", { type: "integer", enum: [1, 2] }, "1 | 2"],
    ["anything", true, "unknown"],
    ["an object", { type: "object", properties: {} }, undefined],
    ["a union", { oneOf: [] }, undefined],
    ["an open enum", { enum: ["a"], "x-open-enum": true }, undefined],
  ];
  it.each(cases)("writes %s", (_, schema, want) => {
    expect(typeText(schema, names)).toBe(want);
  });
});
