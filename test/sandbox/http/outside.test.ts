import { createServer, type Server } from "node:http";
import { once } from "node:events";

import { contract } from "@workspace-api/server";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { SECOND } from "../../../sandbox/src/clock.js";
import { createSandbox, type Sandbox } from "../../../sandbox/src/create-sandbox.js";
import { idempotencyRecords } from "../../../sandbox/src/database/schema.js";
import { describeDatabases } from "../../support/databases.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";

describeDatabases("what two instances do for others, once for each key", (open) => {
  let sandbox: TestSandbox;
  let other: Sandbox;
  let server: Server;
  let path: string;
  /** What the receiver was asked, and what it waits for before it answers. */
  const asked: string[] = [];
  let mayAnswer: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    sandbox = await startSandbox({ database: await open() });
    const { database, clock } = sandbox;
    other = await createSandbox({ database, clock, rateLimits: false, runDeliveries: false });
    server = createServer((request, response) => {
      asked.push(request.method ?? "");
      void mayAnswer.then(() => response.writeHead(204).end());
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
    const made = await sandbox.call("POST", "/workspaces/current/webhooks", {
      body: { url, events: ["team.created"] },
    });
    path = `/workspaces/current/webhooks/${(await made.json()).webhookId}`;
    sandbox.clock.advance(1);
    await sandbox.call("POST", "/workspaces/current/teams", { body: { name: "One" } });
    await sandbox.deliveries.runDue();
  });
  afterAll(async () => {
    await other.close();
    await sandbox.close();
    server.close();
  });
  beforeEach(() => {
    asked.length = 0;
  });

  async function send(instance: Sandbox, address: string, key: string): Promise<[number, string]> {
    const response = await instance.fetch(
      new Request(`http://127.0.0.1:4010${contract.basePath}${address}`, {
        method: "POST",
        headers: { authorization: `Bearer ${sandbox.secrets.owner}`, "idempotency-key": key },
      }),
    );
    return [response.status, await response.text()];
  }

  it.each([
    ["verifies", "HEAD", async () => `${path}/verify`],
    [
      "redelivers",
      "POST",
      async () => {
        const log = await (await sandbox.call("GET", `${path}/deliveries`)).json();
        return `${path}/deliveries/${log.deliveries[0].deliveryId}/redeliver`;
      },
    ],
  ])("%s a webhook once, though both get the request at the same time", async (name, method, addressOf) => {
    const address = await addressOf();
    let refused = 0;
    let release = (): void => {};
    mayAnswer = new Promise<void>((resolve) => {
      release = resolve;
    });
    const answers = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const answer = await send(index % 2 === 0 ? sandbox : other, address, name);
        if (answer[0] === 409) refused += 1;
        // The receiver keeps the first waiting until all others were answered.
        if (refused === 5) release();
        return answer;
      }),
    );
    expect(answers.map(([status]) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    expect(asked).toEqual([method]);
    const [, first] = answers.find(([status]) => status === 200) ?? [];
    for (const instance of [sandbox, other])
      expect(await send(instance, address, name)).toEqual([200, first]);
    expect(asked).toEqual([method]);
  });

  it("goes on where a process died in the middle, once its claim has lapsed", async () => {
    mayAnswer = Promise.resolve();
    const { db } = sandbox.database;
    const [made] = await db.select().from(idempotencyRecords);
    if (made === undefined) throw new Error("The key of the test before is kept.");
    const expiresAt = new Date(sandbox.clock.now().getTime() + 30 * SECOND);
    // What a process leaves that began and did not come to an end.
    await db.update(idempotencyRecords).set({ status: null, sealed: null, expiresAt });
    const address = `${path}/verify`;
    expect(await send(other, address, made.key)).toMatchObject([409, expect.stringContaining("in_progress")]);
    expect(asked).toEqual([]);
    sandbox.clock.advance(30 * SECOND);
    expect((await send(other, address, made.key))[0]).toBe(200);
    expect(asked).toEqual(["HEAD"]);
  });

  it("leaves the key free where the request was refused", async () => {
    const missing = `${path}x/verify`;
    expect((await send(sandbox, missing, "free"))[0]).toBe(404);
    expect((await send(other, `${path}/verify`, "free"))[0]).toBe(200);
  });
});
