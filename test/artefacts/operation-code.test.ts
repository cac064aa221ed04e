import { expect, it } from "vitest";

import { operationCode } from "../../generator/artefacts/client/operation-code.js";
import { TypePrinter } from "../../generator/kit/typescript/type-printer.js";
import { indexOf } from "../../generator/model/model-index.js";
import { modelOf } from "../support/models.js";

const json = { description: "", content: { "application/json": { schema: {} } } };
const nothing = { description: "" };

/** The code of the only operation of a document. */
function codeOf(operation: object, method = "put") {
  const paths = { "/things": { [method]: { operationId: "putThing", responses: {}, ...operation } } };
  const model = modelOf({ paths });
  const index = indexOf(model);
  const scope = { model, index, printer: new TypePrinter(index), client: "AcmeClient", header: "" };
  const [first] = model.operations;
  if (!first) throw new Error("There is no operation.");
  return operationCode(scope, first, "./operations/things.js");
}

it.each<[when: string, responses: object, may: boolean]>([
  ["each success has one", { 200: json, 404: nothing }, false],
  ["one has none by its status", { 200: json, 204: nothing }, false],
  ["one has none, which its status does not tell", { 200: json, 202: nothing }, true],
  ["the only one has none", { 201: nothing }, true],
])("says whether an empty body is an answer: %s", (_when, responses, may) => {
  expect(codeOf({ responses }).descriptor.text.includes("mayBeEmpty: true")).toBe(may);
});

const query = [{ name: "limit", in: "query", schema: { type: "integer" } }];
const needed = [{ ...query[0], required: true }];
const body = { content: { "application/json": { schema: { type: "string" } } } };

it.each<[what: string, method: string, operation: object, parameters: string]>([
  [
    "a query that may be missing",
    "get",
    { parameters: query },
    "query?: PutThingQuery, options?: CallOptions",
  ],
  ["a query that is needed", "get", { parameters: needed }, "query: PutThingQuery, options?: CallOptions"],
  ["no query yet", "get", {}, "query?: undefined, options?: CallOptions"],
  ["a body that may be missing", "put", { requestBody: body }, "body?: string, options?: CallOptions"],
  ["no body yet", "post", {}, "body?: undefined, options?: CallOptions"],
  [
    "a query beside the body",
    "post",
    { parameters: query, requestBody: body },
    "body?: string, options?: PutThingOptions",
  ],
  [
    "a needed query where a body goes",
    "post",
    { parameters: needed },
    "body: undefined, options: PutThingOptions",
  ],
  [
    "a body where a query goes",
    "delete",
    { requestBody: { ...body, required: true } },
    "query: undefined, options: PutThingOptions",
  ],
])("calls an operation with %s", (_what, method, operation, parameters) => {
  expect(codeOf(operation, method).implementation.parameters.text).toBe(parameters);
});
