import { afterAll, beforeAll, expect, it } from "vitest";

import { WorkspaceClient } from "../../generated/client/src/index.js";
import { createSandbox, type Sandbox } from "../../sandbox/src/create-sandbox.js";
import { seedSandbox } from "../../sandbox/src/seed/index.js";
import { failure } from "../support/api-server.js";

let sandbox: Sandbox;
let workspace: WorkspaceClient;

beforeAll(async () => {
  sandbox = await createSandbox({ checkResponses: true, rateLimits: false, runDeliveries: false });
  const { apiKey } = await seedSandbox(sandbox.database, { seed: 1, clock: sandbox.clock });
  const baseUrl = "http://127.0.0.1/api/v1";
  workspace = new WorkspaceClient({ apiKey, baseUrl, fetch: sandbox.fetch, rateLimit: false });
});
afterAll(() => sandbox.close());

it("the sandbox's fetch is one that the client takes, for bytes too", async () => {
  const bytes = new Uint8Array(3000).map((_, index) => index % 251);
  const { fileId } = await workspace.files.upload(new Blob([bytes], { type: "image/png" }), {
    name: "a.png",
  });
  const response = await workspace.files.download(fileId);
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
});

it("a refusal of what only the data can tell names the member in its message", async () => {
  const { members } = await workspace.members.list();
  const userId = members[0]?.userId ?? "";
  const refused = workspace.tasks.create({ title: "Orphan", userId, parentTaskId: "tsk_none" });
  expect(await failure(refused)).toMatchObject({
    code: "validation_failed",
    message: expect.stringContaining("parentTaskId: "),
  });
});
