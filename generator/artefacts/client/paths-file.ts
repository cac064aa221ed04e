import {
  astToString,
  transformSchema,
  type GlobalContext,
  type OpenAPI3,
  type SchemaObject,
} from "openapi-typescript";
import ts from "typescript";

import type { ApiModel, Content, Operation, Parameter } from "../../model/api-model.js";
import type { Schema } from "../../model/schema.js";
import { importStatements, type Code } from "../../kit/typescript/code.js";
import type { TypePrinter } from "../../kit/typescript/type-printer.js";
import type { ClientScope, OperationCode } from "./operation-code.js";

type Json = Record<string, unknown>;

/** `src/paths.ts`: the types of every path, made by openapi-typescript out of the types that this package has anyway. */
export function emitPaths(
  { model, printer, header }: ClientScope,
  codes: Iterable<Pick<OperationCode, "bySchema">>,
): string {
  const own = new Map([...codes].flatMap(({ bySchema }) => [...bySchema]));
  const schemas = new Placeholders(printer, own);
  // pathsDocument() builds what OpenAPI3 describes, out of plain JSON.
  const nodes = transformSchema(pathsDocument(model, schemas) as unknown as OpenAPI3, contextFor(schemas));
  const declarations = nodes.filter((node) => {
    const isDeclaration = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
    return isDeclaration && (node.name.text === "paths" || node.name.text === "operations");
  });
  const { transformed } = ts.transform(declarations, [() => withoutAbsent]);
  return `${header}\n${importStatements("./paths.ts", schemas.types)}\n${astToString(transformed)}`;
}

/** Drops the members that say what a path or an operation does not have: a third of all lines. */
function withoutAbsent(node: ts.Node): ts.Node {
  const isPaths = ts.isInterfaceDeclaration(node) && node.name.text === "paths";
  const isAbsent = (member: ts.Node): boolean =>
    ts.isPropertySignature(member) &&
    (member.questionToken !== undefined
      ? member.type?.kind === ts.SyntaxKind.NeverKeyword
      : isPaths && ts.isIdentifier(member.name) && member.name.text === "parameters");
  const visit = (inner: ts.Node): ts.Node | undefined =>
    isAbsent(inner) ? undefined : ts.visitEachChild(inner, visit, undefined);
  return ts.visitEachChild(node, visit, undefined);
}

/** Schemas that stand for a type which is printed already. */
class Placeholders {
  readonly #types = new Map<unknown, Code>();

  constructor(
    readonly printer: TypePrinter,
    /** Types that are declared elsewhere in the package. */
    readonly declared: ReadonlyMap<Schema, Code>,
  ) {}

  get types(): Code[] {
    return [...this.#types.values()];
  }

  for(schema: Schema): SchemaObject {
    const placeholder: SchemaObject = { type: "string" };
    this.#types.set(placeholder, this.declared.get(schema) ?? this.printer.of(schema));
    return placeholder;
  }

  /** The type that a schema stands for. */
  readonly typeFor = (schema: SchemaObject): ts.TypeNode | undefined => {
    const type = this.#types.get(schema);
    return type && ts.factory.createTypeReferenceNode(type.text);
  };
}

/** The operations as an OpenAPI document: only what the types of paths need. */
function pathsDocument(model: ApiModel, schemas: Placeholders): Json {
  const paths: Record<string, Json> = {};
  for (const operation of model.operations) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = operationObject(operation, schemas);
  }
  return { openapi: "3.1.0", info: { title: model.title, version: model.version }, paths };
}

function operationObject(operation: Operation, schemas: Placeholders): Json {
  const { body, summary, deprecated, names } = operation;
  const responses = operation.responses.map(({ status, description, contents }) => [
    status,
    { description: comment(description), ...contentOf(contents, schemas) },
  ]);
  return {
    operationId: names.function,
    ...(summary === undefined ? {} : { summary: comment(summary) }),
    ...(deprecated ? { deprecated } : {}),
    parameters: operation.parameters.map((parameter) => parameterObject(parameter, schemas)),
    ...(body ? { requestBody: { required: body.required, ...contentOf(body.contents, schemas) } } : {}),
    responses: Object.fromEntries(responses),
  };
}

function parameterObject(parameter: Parameter, schemas: Placeholders): Json {
  const { name, description, required, deprecated, schema } = parameter;
  return {
    name,
    in: parameter.in,
    ...(description === undefined ? {} : { description: comment(description) }),
    required,
    ...(deprecated ? { deprecated } : {}),
    schema: schemas.for(schema),
  };
}

function contentOf(contents: readonly Content[], schemas: Placeholders): Json {
  if (contents.length === 0) return {};
  const entries = contents.map(({ mediaType, schema }) => [
    mediaType,
    schema === undefined ? {} : { schema: schemas.for(schema) },
  ]);
  return { content: Object.fromEntries(entries) };
}

/** A text that may stand in a block comment. */
function comment(text: string): string {
  return text.replaceAll("*/", "*\\/");
}

/**
 * The settings of a transformation. Bundling and validating, which openapi-typescript does first, would be done a
 * second time: the document is made of a model that is complete and without references.
 */
function contextFor(schemas: Placeholders): GlobalContext {
  const context: Omit<GlobalContext, "redoc"> = {
    additionalProperties: false,
    alphabetize: false,
    arrayLength: false,
    conditionalEnums: false,
    dedupeEnums: false,
    defaultNonNullable: false,
    discriminators: { objects: {}, refsHandled: [] },
    emptyObjectsUnknown: true,
    enum: false,
    enumValues: false,
    excludeDeprecated: false,
    exportType: false,
    generatePathParams: false,
    immutable: false,
    injectFooter: [],
    makePathsEnum: false,
    pathParamsAsTypes: false,
    postTransform: undefined,
    propertiesRequiredByDefault: false,
    readWriteMarkers: false,
    rootTypes: false,
    rootTypesKeepCasing: false,
    rootTypesNoSchemaPrefix: false,
    silent: true,
    transform: schemas.typeFor,
    transformProperty: undefined,
    resolve: () => undefined,
  };
  // Only bundling, which is not done here, reads the Redocly settings.
  return context as GlobalContext;
}
