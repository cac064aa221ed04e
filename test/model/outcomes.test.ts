import { describe, expect, it } from "vitest";

import { callShapeOf } from "../../generator/model/call-shape.js";
import { indexOf } from "../../generator/model/model-index.js";
import {
  errorClassOf,
  failuresOf,
  impliedCodes,
  mayBeEmpty,
  preconditionsOf,
  statusByCode,
  successesOf,
} from "../../generator/model/outcomes.js";
import { schemaAt, selfContained } from "../../generator/model/resolve.js";
import * as errors from "../../templates/client/src/runtime/errors.js";
import { modelOf, operationsOf, type Json } from "../support/models.js";

const text = { description: "", content: { "text/plain": { schema: { type: "string" } } } };

function operationWith(operation: Json, method = "get", path = "/things", rest: Json = {}) {
  const [found] = operationsOf({ [path]: { [method]: { responses: {}, ...operation } } }, rest);
  if (!found) throw new Error("There is no operation.");
  return found;
}

describe("outcomes", () => {
  const statuses = (list: readonly { status: string }[]): string[] => list.map(({ status }) => status);

  it("takes `default` for the success where there is no other, and else for a failure", () => {
    const alone = operationWith({ responses: { default: text, 404: text } });
    expect(statuses(successesOf(alone))).toEqual(["default"]);
    expect(statuses(failuresOf(alone))).toEqual(["404"]);
    const beside = operationWith({ responses: { 201: text, default: text, "5XX": text, 304: text } });
    expect(statuses(successesOf(beside))).toEqual(["201"]);
    expect(statuses(failuresOf(beside))).toEqual(["default", "5XX"]);
  });

  it("implies a code where a response declares one alone and its body need not name it", () => {
    const catalogue = { late: { status: 409, title: "Late" }, gone: { status: 410, title: "Gone" } };
    const named = { type: "object", required: ["code"], properties: { code: { type: "string" } } };
    const responses = {
      200: text,
      409: { ...text, "x-error-codes": ["late"] },
      410: { ...text, "x-error-codes": ["late", "gone"] },
      422: {
        description: "",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Named" } } },
        "x-error-codes": ["late"],
      },
      "4XX": { ...text, "x-error-codes": ["late"] },
      500: text,
    };
    const paths = { "/things": { get: { responses } } };
    const model = modelOf({
      paths,
      components: { schemas: { Named: named } },
      "x-error-codes": catalogue,
    });
    const [operation] = model.operations;
    if (!operation) throw new Error("There is no operation.");
    const { errorCodes, schemas } = indexOf(model);
    expect(impliedCodes(operation, schemas)).toEqual([["409", { code: "late", mediaTypes: ["text/plain"] }]]);
    expect(statusByCode(operation, errorCodes)).toMatchObject({ late: 409, gone: 410 });
  });

  it("knows when a success may have no body", () => {
    expect(mayBeEmpty(operationWith({ responses: { 200: text, 204: { description: "" } } }))).toBe(false);
    expect(mayBeEmpty(operationWith({ responses: { 200: text, 202: { description: "" } } }))).toBe(true);
  });

  it("finds conditional requests", () => {
    const headers = { etag: { schema: { type: "string" } } };
    const parameters = [{ name: "If-Match", in: "header", schema: { type: "string" } }];
    const operation = operationWith({ parameters, responses: { 201: { ...text, headers } } });
    expect(preconditionsOf(operation)).toEqual({ etag: true, ifMatch: true, ifNoneMatch: false });
  });

  it("names for each status the class that the runtime has", () => {
    for (const status of Array.from({ length: 200 }, (_, index) => 400 + index)) {
      expect(errors.createStatusError(status, "", {}).constructor.name).toBe(errorClassOf(String(status)));
    }
  });
});

describe("the shape of a call", () => {
  const query = [{ name: "limit", in: "query", schema: { type: "integer" } }];
  const requestBody = { required: true, content: { "application/json": { schema: { type: "object" } } } };

  it.each([
    ["get", "query"],
    ["head", "query"],
    ["delete", "query"],
    ["options", "query"],
    ["trace", "query"],
    ["post", "body"],
    ["put", "body"],
    ["patch", "body"],
  ])("%s takes the %s, whatever it has", (method, argument) => {
    expect(callShapeOf(operationWith({}, method)).argument).toBe(argument);
    expect(callShapeOf(operationWith({ parameters: query, requestBody }, method)).argument).toBe(argument);
  });

  it("puts what is left into the options, which are required where it is", () => {
    const post = callShapeOf(operationWith({ parameters: [{ ...query[0], required: true }] }, "post"));
    expect(post).toMatchObject({ isArgumentRequired: false, areOptionsRequired: true });
    const remove = callShapeOf(operationWith({ parameters: query, requestBody }, "delete"));
    expect(remove).toMatchObject({ isArgumentRequired: false, areOptionsRequired: true });
  });

  it("gives path parameters in the template's order, without those that the client fills in", () => {
    const parameters = ["b", "query", "a"].map((name) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
      ...(name === "a" ? { "x-client-default": "1" } : {}),
    }));
    const shape = callShapeOf(operationWith({ parameters }, "get", "/{a}/{query}/{b}"));
    expect(shape.path.map(({ name }) => name)).toEqual(["queryValue", "b"]);
    expect(shape.defaults.map(({ name }) => name)).toEqual(["a"]);
  });

  it("hides the header of the idempotency key", () => {
    const parameters = ["Idempotency-Key", "If-Match"].map((name) => ({
      name,
      in: "header",
      schema: { type: "string" },
    }));
    const operation = operationWith({ parameters, "x-idempotency": { header: "idempotency-key" } }, "post");
    expect(callShapeOf(operation).headers.map(({ name }) => name)).toEqual(["If-Match"]);
  });
});

describe("schemas", () => {
  const { schemas } = indexOf(
    modelOf({
      components: {
        schemas: {
          Tree: {
            type: "object",
            properties: { children: { type: "array", items: { $ref: "#/components/schemas/Tree" } } },
          },
          "Big/Tree": {
            allOf: [{ $ref: "#/components/schemas/Tree" }, { properties: { age: { type: "integer" } } }],
          },
        },
      },
    }),
  );

  it("stand alone with what they refer to", () => {
    expect(selfContained({ $ref: "#/components/schemas/Big~1Tree" }, schemas)).toMatchObject({
      $ref: "#/$defs/Big~1Tree",
      $defs: {
        "Big/Tree": { allOf: [{ $ref: "#/$defs/Tree" }, {}] },
        Tree: { properties: { children: { items: { $ref: "#/$defs/Tree" } } } },
      },
    });
    expect(selfContained({ type: "string" }, schemas)).toEqual({ type: "string" });
  });

  it("are found by the path of a member, through references and parts", () => {
    expect(schemaAt({ $ref: "#/components/schemas/Big~1Tree" }, ["age"], schemas)).toEqual({
      type: "integer",
    });
    expect(schemaAt(true, ["age"], schemas)).toBeUndefined();
  });
});
