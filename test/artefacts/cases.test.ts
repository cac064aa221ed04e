import { expect, it } from "vitest";

import { operationCode } from "../../generator/artefacts/client/operation-code.js";
import { TypePrinter } from "../../generator/kit/typescript/type-printer.js";
import { indexOf } from "../../generator/model/model-index.js";
import { modelOf, type Json } from "../support/models.js";

/** What the runtime is told of one operation. */
function descriptorOf(method: string, operation: Json): string {
  const model = modelOf({ paths: { "/things": { [method]: { operationId: "doIt", ...operation } } } });
  const index = indexOf(model);
  const scope = { model, index, printer: new TypePrinter(index), client: "AcmeClient", header: "" };
  return model.operations
    .map((each) => operationCode(scope, each, "./operations/things.js").descriptor.text)
    .join();
}

const answer = (type: string, media: Json): Json => ({
  responses: { 200: { description: "", content: { [type]: media } } },
});
const event = (data: Json): Json => ({ itemSchema: { type: "object", properties: { data } } });

it.each<[what: string, operation: Json, decoder: string]>([
  ["events by their data", answer("text/event-stream", { schema: { type: "object" } }), "events"],
  ["events that are described", answer("text/event-stream", event({ type: "string" })), "wholeTextEvents"],
  ["events with data of a shape", answer("text/event-stream", event({ type: "object" })), "wholeEvents"],
  ["JSON lines", answer("application/x-ndjson", { schema: { type: "object" } }), "readJsonLines"],
  ["a JSON sequence", answer("application/json-seq", { schema: { type: "object" } }), "readJsonLines"],
])("reads %s", (_what, operation, decoder) => {
  expect(descriptorOf("get", operation)).toContain(`: ${decoder} }`);
});

const list: Json = answer("application/json", {
  schema: { type: "object", properties: { items: { type: "array", items: { type: "string" } } } },
});

it("asks for the next page where the spec has the parameter, from where it begins", () => {
  const pagination = { style: "page", pageParameter: "page", items: "/items" };
  const parameters = [{ name: "page", in: "query", schema: { type: "integer", minimum: 0, default: 0 } }];
  expect(descriptorOf("get", { ...list, parameters, "x-pagination": pagination })).toContain("start: 0");
  const requestBody = { content: { "application/json": { schema: { type: "object" } } } };
  expect(descriptorOf("post", { ...list, requestBody, "x-pagination": pagination })).toContain('in: "body"');
});
