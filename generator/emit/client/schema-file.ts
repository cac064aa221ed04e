import openapiTS, { astToString, type OpenAPI3, type SchemaObject } from "openapi-typescript";
import ts from "typescript";

import type { ApiModel } from "../../model/api-model.js";
import type { Names } from "../typescript/names.js";
import { OPEN_ENUM_FORMAT, typesDocument } from "./types-document.js";

/** `schema.ts`: the types of every path, operation and schema, made by openapi-typescript. */
export async function emitSchema(model: ApiModel, names: Names): Promise<string> {
  // typesDocument() builds what OpenAPI3 describes, out of plain JSON.
  const document = typesDocument(model, names) as unknown as OpenAPI3;
  const nodes = await openapiTS(document, {
    silent: true,
    defaultNonNullable: false,
    emptyObjectsUnknown: true,
    transform: typeFor,
  });
  return astToString(nodes);
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
  if (schema.format === OPEN_ENUM_FORMAT) return OPEN_STRING;
  return schema.format === "binary" ? BLOB : undefined;
}
