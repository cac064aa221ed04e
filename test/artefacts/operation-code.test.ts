import { expect, it } from "vitest";

import { descriptorText } from "../../generator/artefacts/client/descriptor.js";
import { operationCode } from "../../generator/artefacts/client/operation-code.js";
import { buildModel } from "../../generator/model/build-model.js";
import { indexOf } from "../../generator/model/model-index.js";

const json = { description: "", content: { "application/json": { schema: {} } } };
const nothing = { description: "" };

/** What the runtime is told of an operation with such responses. */
function descriptorOf(responses: object): string | undefined {
  const document = { paths: { "/things": { put: { operationId: "putThing", responses } } } };
  const { model } = buildModel({ document, format: "openapi-3.1" });
  const scope = { model, index: indexOf(model), client: "AcmeClient", header: "" };
  return model.operations.map((operation) => {
    const { signature } = operationCode(scope, operation);
    return descriptorText(operation, signature, scope.index.schemas, (_module, name) => name);
  })[0];
}

it.each<[when: string, responses: object, may: boolean]>([
  ["each success has one", { 200: json, 404: nothing }, false],
  ["one has none by its status", { 200: json, 204: nothing }, false],
  ["one has none, which its status does not tell", { 200: json, 202: nothing }, true],
  ["the only one has none", { 201: nothing }, true],
])("says whether an empty body is an answer: %s", (_when, responses, may) => {
  expect(descriptorOf(responses)?.includes("mayBeEmpty: true")).toBe(may);
});
