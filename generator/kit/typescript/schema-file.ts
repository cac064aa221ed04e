import {
  astToString,
  transformSchema,
  transformSchemaObject,
  type GlobalContext,
  type OpenAPI3,
  type SchemaObject,
} from "openapi-typescript";
import ts from "typescript";

import type { ApiModel } from "../../model/api-model.js";
import { tokensOf, valueAt } from "../../base/json.js";
import { ALIAS_FORMAT, OPEN_ENUM_FORMAT, typesDocument } from "./types-document.js";

/** `schema.ts`: the types of every path, operation and schema, made by openapi-typescript. */
export function emitSchema(model: ApiModel): string {
  const { document, recursive } = typesDocument(model);
  const context = contextFor(document);
  // typesDocument() builds what OpenAPI3 describes, out of plain JSON.
  const nodes = transformSchema(document as unknown as OpenAPI3, context);
  const aliases = [...recursive].map(([name, schema]) => {
    // Schemas of the model are schemas of OpenAPI 3.1.
    const type = transformSchemaObject(schema as SchemaObject, {
      ctx: context,
      path: `#/components/schemas/${name}`,
    });
    return ts.factory.createTypeAliasDeclaration(undefined, aliasName(name), undefined, type);
  });
  return astToString([...nodes, ...aliases]);
}

/**
 * The settings of a transformation. Bundling and validating, which openapi-typescript does first, would be done a
 * second time: the document is made of a model that is complete and without external references.
 */
function contextFor(document: object): GlobalContext {
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
    transform: typeFor,
    transformProperty: undefined,
    // The caller names the type of what it asks for; references in the document lead to what they name.
    resolve: <T>(reference: string) => valueAt(document, tokensOf(reference)) as T | undefined,
  };
  // Only bundling, which is not done here, reads the Redocly settings.
  return context as GlobalContext;
}

function aliasName(name: string): string {
  return `${name}Recursive`;
}

const BLOB = ts.factory.createTypeReferenceNode("Blob");
/** A string that keeps an editor suggesting the known values beside it. */
const OPEN_STRING = ts.factory.createParenthesizedType(
  ts.factory.createIntersectionTypeNode([
    ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword),
    ts.factory.createTypeLiteralNode([]),
  ]),
);

function typeFor(schema: SchemaObject): ts.TypeNode | undefined {
  if (schema.type !== "string") return undefined;
  if (schema.format?.startsWith(ALIAS_FORMAT)) {
    return ts.factory.createTypeReferenceNode(aliasName(schema.format.slice(ALIAS_FORMAT.length)));
  }
  if (schema.format === OPEN_ENUM_FORMAT) return OPEN_STRING;
  return schema.format === "binary" ? BLOB : undefined;
}
