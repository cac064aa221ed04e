import { describe, expect, it } from "vitest";

import { ContractError } from "../../../generated/server/src/index.js";
import { checkResponse, checkWebhook } from "../../../generated/server/src/responses.js";
import { loadModel } from "../../../generator/pipeline.js";
import { HEADERS, serverOf, requestOf } from "../../support/contract-server.js";

const { model } = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false });

describe("a response that the spec does not allow", () => {
  const me = (): object => {
    const examples = model.operations.find(({ id }) => id === "fetchMe")?.responses[0]?.contents[0]?.examples;
    return Object(examples?.[0]?.value);
  };
  it.each([
    [
      "an undeclared status",
      () => ({ status: 202, body: {} }),
      "fetchMe answered 202: the operation declares",
    ],
    [
      "an invalid body",
      () => ({ status: 200, body: { ...me(), name: 5 } }),
      "fetchMe answered 200 at /name: ",
    ],
    ["no body", () => ({ status: 200 }), "fetchMe answered 200 at /header/Content-Type"],
  ])("with %s rejects by name", async (_, output, message) => {
    const server = serverOf(async () => output());
    const rejection: unknown = await server(requestOf("/me")).catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(ContractError);
    expect(String(rejection)).toContain(message);
  });

  it("with an undeclared code rejects by name", async () => {
    const server = serverOf(async ({ fail }) => fail("last_owner"));
    await expect(server(requestOf("/me"))).rejects.toThrow("fetchMe answered 409");
    const other = serverOf(async ({ fail }) => fail("bug_not_found"));
    await expect(other(requestOf("/workspaces/current/tasks/tsk_1"))).rejects.toThrow(
      'fetchTask answered 404 at /code: "bug_not_found" is not one of',
    );
  });

  it("without a required header, or with one of another form, rejects by name", async () => {
    const server = serverOf(async () => ({ status: 200, body: me() }), { outer: [] });
    await expect(server(requestOf("/me"))).rejects.toThrow("at /header/");
    const weak = serverOf(async () => ({ status: 200, body: me(), headers: { ETag: 'W/"1"' } }));
    await expect(weak(requestOf("/me"))).rejects.toThrow("at /header/ETag");
  });

  it("is found in any response, and in webhooks, by the same checks", async () => {
    const headers = { ...HEADERS, "X-Request-Id": "req_1", "content-type": "application/json" };
    await checkResponse("fetchMe", Response.json(me(), { headers }));
    await expect(checkResponse("fetchMe", Response.json({}, { headers }))).rejects.toThrow(ContractError);
    const event = model.webhooks.find(({ name }) => name === "task.created");
    checkWebhook("task.created", event?.body?.contents[0]?.examples[0]?.value);
    expect(() => checkWebhook("task.created", {})).toThrow(ContractError);
  });
});
