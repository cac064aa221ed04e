import fc from "fast-check";
import { Project } from "ts-morph";
import ts from "typescript";
import { describe, expect, it } from "vitest";

import { Namespace, typeIdentifier, valueIdentifier } from "../../generator/model/identifiers.js";
import { clientName } from "../../generator/model/public-names.js";
import { RESERVED_TYPES } from "../../generator/model/reserved-names.js";
import { loadModel } from "../../generator/pipeline.js";
import { anyName } from "../support/any-name.js";
import { modelOf } from "../support/models.js";

const { model: modelOfWorkspace } = await loadModel({
  spec: "spec/openapi.yaml",
  overlays: [],
  isLinted: false,
});

function syntaxErrors(source: string): readonly ts.Diagnostic[] {
  const { diagnostics } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  return diagnostics ?? [];
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

describe("public names", () => {
  it("names the client after the package", () => {
    const names = ["@workspace-api/client", "acme-client", "stripe", "@scope/pet-store", "client", "3d-api"];
    expect(names.map((name) => clientName(name))).toEqual([
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
    const names = modelOf({ components: { schemas } }).schemas.map(({ typeName }) => typeName);
    expect(names).toEqual(["ErrorSchema", "Foo2", "Foo", "FooBar", "PromiseSchema", "CallSchema"]);
  });

  it.each(["client", "server"])(
    "reserves every type that the index of a %s exports besides the schemas",
    (name) => {
      const project = new Project({ tsConfigFilePath: `generated/${name}/tsconfig.json` });
      const folder = `generated/${name}/src`;
      const exported = [
        ...project.getSourceFileOrThrow(`${folder}/index.ts`).getExportedDeclarations(),
      ].filter(([, [first]]) => !first?.getSourceFile().getFilePath().includes("/additions/"));
      const { schemas, resources, operations } = modelOfWorkspace;
      const own = new Set([
        ...schemas.map(({ typeName }) => typeName),
        ...resources.map(({ className }) => className),
        ...operations.flatMap(({ names }) => Object.values(names)),
        "WorkspaceClient",
        "WorkspaceClientOptions",
      ]);
      const types = exported.map(([type]) => type).filter((type) => /^[A-Z]/.test(type) && !own.has(type));
      expect(types.filter((type) => !RESERVED_TYPES.includes(type))).toEqual([]);
    },
  );

  it("gives files names that differ also where case does not count", () => {
    const operation = (resource: string): object => ({ get: { "x-resource": resource, responses: {} } });
    const model = modelOf({
      paths: { "/a": operation("fooBar"), "/b": operation("foobar"), "/c": operation("foo.bar") },
    });
    const files = model.resources.map(({ fileName }) => fileName);
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(files.length);
  });

  it("keeps methods apart from nested resources and from what every object has", () => {
    const operation = (method: string): object => ({
      get: { "x-resource": "teams", "x-method": method, responses: {} },
    });
    const model = modelOf({
      paths: {
        "/a": operation("members"),
        "/b": operation("constructor"),
        "/c": operation("then"),
        "/d": operation("delete"),
        "/e": { get: { "x-resource": "teams.members", responses: {} } },
      },
    });
    const methods = model.operations.map(({ methodName }) => methodName);
    expect(methods.slice(0, 4)).toEqual([
      "membersOperation",
      "constructorOperation",
      "thenOperation",
      "delete",
    ]);
  });
});
