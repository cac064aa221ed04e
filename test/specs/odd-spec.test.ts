import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import ts from "typescript";
import { describe, expect, it } from "vitest";

import { buildPackage } from "../support/build.js";
import { anyKeywords, compileErrors } from "../support/compile.js";
import { scratchFolder } from "../support/scratch.js";
import { hostileSpec, oddSpec } from "./odd-spec.js";

function writeSpec(folder: string, spec: object): string {
  const file = join(folder, "openapi.json");
  writeFileSync(file, JSON.stringify(spec));
  return file;
}

describe("an odd spec", () => {
  it("builds into a package that compiles as a whole, with types that say what was meant", async () => {
    const scratch = scratchFolder();
    const folder = join(scratch, "package");
    await buildPackage(writeSpec(scratch, oddSpec), folder);
    const consumer = `
      import { AcmeClient, type Cat, type Dog, type ErrorSchema, type Json, type Pet, type Open } from "./src/index.js";
      const client = new AcmeClient({ baseUrl: "https://example.com" });
      const tree = await client.class.delete(1, "a", { in: [1] }, { headers: { "X-Odd-Header": "x" } });
      export const child: unknown = tree.children?.[0]?.parent?.children;
      const pets = await client.bodies.twoBodies({ kind: "cat", lives: 9 }, { query: { dry: true } });
      for (const pet of pets ?? []) if (pet.kind === "cat") { const lives: 1 | 9 | undefined = pet.lives; console.log(lives); }
      const uploaded = await client.bodies.twoBodies({ file: new Blob([]) }, { query: { dry: true }, contentType: "multipart/form-data" });
      const stream = await client.bodies.twoBodies({ kind: "dog" }, { query: { dry: true }, accept: "text/event-stream" });
      for await (const pet of stream ?? []) console.log(pet.kind, uploaded);
      for await (const cat of client.lists.all()) { const one: Cat = cat; console.log(one); }
      export const json: Json = [1, { a: ["b"] }];
      export const open: Open = "anything";
      export const dog: Dog = { kind: "dog", good: true };
      export const error: ErrorSchema = { "a-b": null, tuple: ["a", 1] };
      // @ts-expect-error a cat has one life or nine
      export const cat: Pet = { kind: "cat", lives: 3 };
      // @ts-expect-error the header is required
      await client.class.delete(1, "a", {}, {});
      // @ts-expect-error a choice of media type comes with its own body
      await client.bodies.twoBodies({ kind: "cat" }, { query: { dry: true }, contentType: "multipart/form-data" });
    `;
    expect(compileErrors(folder, consumer)).toEqual([]);
    expect(anyKeywords(folder)).toEqual([]);
  });

  it("is told what was mended in it", async () => {
    const scratch = scratchFolder();
    const { diagnostics } = await buildPackage(writeSpec(scratch, oddSpec), join(scratch, "package"));
    expect([...new Set(diagnostics.map(({ rule }) => rule))].sort()).toEqual([
      "operation-id",
      "path-parameter-declared",
      "unique-parameter",
    ]);
    expect(diagnostics.every(({ location, remedy }) => location !== undefined && remedy !== "")).toBe(true);
  });
});

describe("a hostile spec", () => {
  it("cannot break out of the emitted code, nor out of the folder", async () => {
    const scratch = scratchFolder();
    const folder = join(scratch, "package");
    await buildPackage(writeSpec(scratch, hostileSpec), folder);
    expect(readdirSync(scratch).sort()).toEqual(["openapi.json", "package"]);
    expect(compileErrors(folder)).toEqual([]);
    const names = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    const declarations = new Set([
      ts.SyntaxKind.ImportDeclaration,
      ts.SyntaxKind.ExportDeclaration,
      ts.SyntaxKind.VariableStatement,
      ts.SyntaxKind.FunctionDeclaration,
      ts.SyntaxKind.ClassDeclaration,
      ts.SyntaxKind.InterfaceDeclaration,
      ts.SyntaxKind.TypeAliasDeclaration,
    ]);
    for (const name of names) {
      const text = readFileSync(join(folder, "src", name), "utf8");
      const { statements } = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
      expect(
        statements
          .filter(({ kind }) => !declarations.has(kind))
          .map(({ kind }) => `${name}: ${ts.SyntaxKind[kind]}`),
      ).toEqual([]);
    }
    await import(join(folder, "src", "index.ts"));
    expect(Object.hasOwn(globalThis, "hacked")).toBe(false);
    expect(({} as Record<string, unknown>)["type"]).toBeUndefined();
  });

  it("cannot run code in the pages of the docs", async () => {
    const scratch = scratchFolder();
    const folder = join(scratch, "package");
    await buildPackage(writeSpec(scratch, hostileSpec), folder);
    const pages = readdirSync(join(folder, "docs"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".html"))
      .map((name) => readFileSync(join(folder, "docs", name), "utf8"));
    for (const page of pages) {
      expect(page.match(/<script/g)).toHaveLength(3);
      expect(page).not.toMatch(/<script(?! src="(\.\.\/)*assets\/)/);
      expect(page).not.toMatch(/<[^<>]* (on\w+=|href="\s*javascript:)/i);
    }
  });
});
