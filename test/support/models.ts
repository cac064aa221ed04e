import type { ApiModel } from "../../generator/model/api-model.js";
import { buildModel } from "../../generator/model/build-model.js";

/** A part of a document. */
export type Json = Record<string, unknown>;

/** The model of a document that says no more than this. */
export function modelOf(document: Json, format: "openapi-3.0" | "openapi-3.1" = "openapi-3.1"): ApiModel {
  return buildModel({ document: { info: { title: "Test", version: "1" }, ...document }, format }).model;
}

/** What was mended in a document. */
export function findingsOf(document: Json): string[] {
  return buildModel({ document, format: "openapi-3.1" }).findings.map(
    ({ rule, pointer }) => `${rule} ${pointer}`,
  );
}

/** The operations of paths. */
export function operationsOf(paths: Json, rest: Json = {}): ApiModel["operations"] {
  return modelOf({ paths, ...rest }).operations;
}

/** What the model makes of a schema. */
export const schemaOf = (schema: Json, format: "openapi-3.0" | "openapi-3.1" = "openapi-3.1") =>
  modelOf({ components: { schemas: { It: schema } } }, format).schemas[0]?.schema;
