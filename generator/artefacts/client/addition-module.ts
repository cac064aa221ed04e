import { posix } from "node:path";

import ts from "typescript";

import { ArtefactError } from "../../kit/artefact.js";

/** A hand-written module, as far as the emitted code has to know it. */
export interface AdditionModule {
  readonly name: string;
  readonly source: ts.SourceFile;
  /** What it exports, by name; `isType`: it is a type alone. */
  readonly exports: ReadonlyMap<string, { readonly isType: boolean }>;
  /** Names that it imports, with the module as the file names it and the name there. */
  readonly imports: ReadonlyMap<string, { readonly from: string; readonly name: string }>;
}

/** A function that becomes a method. */
export interface AdditionFunction {
  /** The text of its comment, without the marks of one. */
  readonly doc: readonly string[];
  readonly typeParameters: string;
  /** The parameters after `api`, with their types. */
  readonly parameters: string;
  readonly argumentNames: readonly string[];
  readonly result: string;
  /** The type names in all of that which have to be imported, and from where, from `src/`. */
  readonly types: readonly { readonly module: string; readonly name: string }[];
}

/** Reads a module. @throws ArtefactError when it is no TypeScript. */
export function readModule({ name, text }: { name: string; text: string }): AdditionModule {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  const exports = new Map<string, { isType: boolean }>();
  const imports = new Map<string, { from: string; name: string }>();
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) addImports(statement, imports);
    else if (isExported(statement)) {
      const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
      for (const exported of namesOf(statement)) exports.set(exported, { isType });
    }
  }
  return { name, source, exports, imports };
}

function addImports(
  { importClause, moduleSpecifier }: ts.ImportDeclaration,
  imports: Map<string, { from: string; name: string }>,
): void {
  if (!ts.isStringLiteral(moduleSpecifier)) return;
  const bindings = importClause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings)) return;
  for (const { name, propertyName } of bindings.elements)
    imports.set(name.text, { from: moduleSpecifier.text, name: (propertyName ?? name).text });
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [name.text] : [],
    );
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
}

/**
 * Reads the function behind a method.
 *
 * @throws ArtefactError when there is none, or when its signature cannot be that of a method.
 */
export function readFunction(module: AdditionModule, name: string): AdditionFunction {
  const declarations = module.source.statements.filter(
    (statement): statement is ts.FunctionDeclaration =>
      ts.isFunctionDeclaration(statement) && statement.name?.text === name && isExported(statement),
  );
  const [declaration] = declarations;
  if (!declaration) {
    const message = `${module.name} exports no function ${name}.`;
    throw new ArtefactError(message, "Write it as `export function`, or correct the name in the config.");
  }
  const where = `${module.name}:${lineOf(module, declaration)} ${name}`;
  if (declarations.length > 1) {
    const remedy = "Give it one signature; a union or a generic parameter can often say the same.";
    throw new ArtefactError(`${where} has overloads.`, remedy);
  }
  const [first, ...rest] = declaration.parameters;
  if (first?.type?.getText() !== "Api") {
    const remedy = 'Begin with `api: Api`, of "../runtime/api.js": what operations are called with.';
    throw new ArtefactError(`${where} does not take the client's Api first.`, remedy);
  }
  if (!declaration.type || rest.some(({ type, name: own }) => !type || !ts.isIdentifier(own))) {
    const remedy = "Name each parameter, and write out its type and that of the result.";
    throw new ArtefactError(`${where} does not say all of its types.`, remedy);
  }
  const parts = [...(declaration.typeParameters ?? []), ...rest, declaration.type];
  return {
    doc: docOf(declaration),
    typeParameters: declaration.typeParameters
      ? `<${declaration.typeParameters.map((node) => node.getText()).join(", ")}>`
      : "",
    parameters: rest.map(parameterText).join(", "),
    argumentNames: rest.map((node) => `${node.dotDotDotToken ? "..." : ""}${node.name.getText()}`),
    result: declaration.type.getText(),
    types: typesIn(module, parts, where),
  };
}

/** A parameter as a method declares it: a default is the function's business, that it may be left out is the caller's. */
function parameterText(node: ts.ParameterDeclaration): string {
  const isOptional = node.questionToken !== undefined || node.initializer !== undefined;
  return `${node.dotDotDotToken ? "..." : ""}${node.name.getText()}${isOptional ? "?" : ""}: ${node.type?.getText() ?? ""}`;
}

function typesIn(
  module: AdditionModule,
  nodes: readonly ts.Node[],
  where: string,
): { module: string; name: string }[] {
  const found = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    const reference = ts.isTypeReferenceNode(node) ? node.typeName : undefined;
    const queried = ts.isTypeQueryNode(node) ? node.exprName : undefined;
    const name = (reference ?? queried)?.getText().split(".")[0];
    const from = name === undefined ? undefined : moduleOf(module, name, where);
    if (name !== undefined && from !== undefined) found.set(name, from);
    ts.forEachChild(node, visit);
  };
  for (const node of nodes) visit(node);
  return [...found].map(([name, from]) => ({ name, module: from }));
}

/** The module that a name comes from, from `src/`; undefined: it is a global, or the function's own. */
function moduleOf(module: AdditionModule, name: string, where: string): string | undefined {
  const imported = module.imports.get(name);
  if (imported) {
    if (imported.name !== name) {
      throw new ArtefactError(
        `${where} has ${name} in its signature, which is ${imported.name} elsewhere.`,
        "Import it by its own name.",
      );
    }
    return fromSource(module.name, imported.from);
  }
  if (module.exports.has(name)) return fromSource(module.name, `./${posix.basename(module.name, ".ts")}.js`);
  const isLocal = module.source.statements.some((statement) => namesOf(statement).includes(name));
  if (isLocal) {
    throw new ArtefactError(
      `${where} has ${name} in its signature, which is not exported.`,
      `Export ${name}: who calls the method has to be able to name it.`,
    );
  }
  return undefined;
}

function fromSource(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return `./${posix.join("additions", posix.dirname(file), specifier)}`;
}

/** The lines of the comment before a declaration. */
function docOf(node: ts.Node): string[] {
  const comment = ts.getJSDocCommentsAndTags(node).find((part) => ts.isJSDoc(part));
  if (!comment) return [];
  return comment
    .getText()
    .replace(/^\/\*\*|\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .filter((line) => !/^@param api\b/.test(line))
    .map((line) => (line.trimStart() === line ? line : line.replace(/^ (?=\S)/, "")));
}

function lineOf({ source }: AdditionModule, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}
