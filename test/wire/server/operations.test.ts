import { describe, expect, it } from "vitest";

import { contract, type OperationId } from "../../../generated/server/src/index.js";
import type { Operation, Response as Declared } from "../../../generator/model/api-model.js";
import { loadModel } from "../../../generator/pipeline.js";
import { serverOf, ROOT } from "../../support/contract-server.js";
import { serveFetch } from "../../support/fetch-server.js";
import { exampleRequest, exampleRequests, type ExampleRequest } from "../../support/spec-examples.js";

const { model, source } = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false });
const { document } = source;

describe("every operation", () => {
  it("takes the spec's example of a request, and answers each of its examples as the spec says", async () => {
    const operations = new Map(model.operations.map((operation) => [operation.id, operation]));
    let current: object = {};
    const server = await serveFetch(serverOf(async () => current));
    let count = 0;
    const exchange = async (operation: Operation, request: ExampleRequest, output: Output): Promise<void> => {
      current = output;
      const { method, path, headers, body = null } = request;
      const url = server.url + contract.basePath + path;
      const response = await fetch(url, { method, headers, body, redirect: "manual" });
      const text = await response.text();
      expect([server.errors.map(String), response.status], `${operation.id}: ${text.slice(0, 500)}`).toEqual([
        [],
        output.status,
      ]);
      if ("body" in output && !(output.body instanceof Blob)) expect(JSON.parse(text)).toEqual(output.body);
      count += 1;
    };
    for (const operation of operations.values()) {
      const requests = exampleRequests(document, operation);
      const outputs = outputsOf(operation);
      const [request] = requests;
      const [output] = outputs;
      if (!request || !output) throw new Error(`${operation.id} has no example.`);
      for (const each of requests) await exchange(operation, each, output);
      for (const each of outputs.slice(1)) await exchange(operation, request, each);
    }
    expect(operations.size).toBe(model.operations.length);
    expect(count).toBeGreaterThan(140);
  });

  it("answers each of its error codes with the status and the body that the spec declares", async () => {
    let code = "";
    const server = serverOf(async ({ fail }) => fail(code));
    let count = 0;
    for (const operation of model.operations) {
      const { method, path, headers, body = null } = exampleRequest(document, operation);
      for (const [declared, status] of Object.entries(
        contract.operations[operation.id as OperationId].codes,
      )) {
        code = declared;
        const response = await server(new Request(ROOT + path, { method, headers, body }));
        const problem = (await response.json()) as Record<string, unknown>;
        expect(problem, operation.id).toMatchObject({ code: declared, status, requestId: "req_1" });
        expect(problem["type"]).toBe(
          `https://api.workspace.example/problems/${declared.replaceAll("_", "-")}`,
        );
        expect(response.status).toBe(status);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(1000);
  });

  it("has the same facts in the contract as in the spec", () => {
    for (const operation of model.operations) {
      const { id, method, path, security, policies } = operation;
      expect(contract.operations[id as OperationId]).toMatchObject({
        id,
        method,
        path,
        security,
        cost: policies.cost,
        ...(policies.idempotency ? { idempotencyHeader: policies.idempotency.header } : {}),
        ...(policies.pagination ? { pagination: policies.pagination } : {}),
      });
    }
    expect(contract.operations.fetchTask).toMatchObject({ etag: true, ifNoneMatch: true, ifMatch: false });
    expect(contract.operations.updateTask).toMatchObject({ etag: true, ifNoneMatch: false, ifMatch: true });
    expect(contract.rateLimits).toEqual(model.policies.rateLimits);
    expect(Object.keys(contract.errorCodes)).toEqual(model.errorCodes.map(({ code }) => code));
  });
});

interface Output {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function outputsOf(operation: Operation): Output[] {
  const successes = operation.responses.filter(({ status }) => /^[23]/.test(status));
  return successes.flatMap((response: Declared) => {
    const status = Number(response.status);
    const [content] = response.contents;
    if (!content) return [{ status }];
    if (content.kind === "binary")
      return [
        {
          status,
          body: new Blob(["bytes"], { type: content.mediaType.replace("/*", "/png") }),
          ...(status === 206 ? { headers: { "Content-Range": "bytes 0-4/10" } } : {}),
        },
      ];
    return content.examples.map(({ value }) => ({ status, body: value }));
  });
}
