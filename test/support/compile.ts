import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import ts from "typescript";

/** The options of a project that sets `strict` and nothing else, so that it may keep emitted sources in its own tree. */
const PLAIN: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  skipLibCheck: true,
  types: [],
  noEmit: true,
};

/** The options of `@tsconfig/strictest` and more: nothing is skipped. */
const STRICT: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noPropertyAccessFromIndexSignature: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  skipLibCheck: false,
  types: [],
  noEmit: true,
};

/** Type-checks every source file of an emitted package, and a consumer of it; gives back what the compiler reports. */
export function compileErrors(
  folder: string,
  consumer = "",
  options: "strictest" | "plain" = "strictest",
): string[] {
  const file = join(folder, "consumer.ts");
  writeFileSync(file, consumer === "" ? "export {};\n" : consumer);
  const program = ts.createProgram([...sourcesOf(folder), file], options === "plain" ? PLAIN : STRICT);
  const diagnostics = ts.getPreEmitDiagnostics(program);
  return diagnostics.map((diagnostic) => {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    const { line = 0 } = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0) ?? {};
    return `${diagnostic.file?.fileName.replace(folder, "") ?? ""}:${line + 1} ${message}`;
  });
}

/** The places where emitted sources say `any`, which lets mistakes through. */
export function anyKeywords(folder: string): string[] {
  return sourcesOf(folder).flatMap((path) => {
    const text = ts.sys.readFile(path) ?? "";
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword)
        found.push(`${path.replace(folder, "")}: ${node.parent.getText().slice(0, 80)}`);
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  });
}

function sourcesOf(folder: string): string[] {
  return readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, "src", name));
}
