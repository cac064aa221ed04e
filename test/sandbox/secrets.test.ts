import { contract, type OperationId } from "@workspace-api/server";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";

import { HOUR } from "../../sandbox/src/clock.js";
import { createSandbox, type Sandbox } from "../../sandbox/src/create-sandbox.js";
import type { Database } from "../../sandbox/src/database/open.js";
import { rowsOf } from "../../sandbox/src/database/rows.js";
import { agents } from "../../sandbox/src/database/schema.js";
import { describeDatabases } from "../support/databases.js";
import { createWorld, ORIGIN, signIn, type OAuthWorld } from "./oauth/world.js";

/** All that a database holds, as text, by table and column. */
async function contentsOf({ db }: Database): Promise<Map<string, string>> {
  const columns = await rowsOf<{ table: string; column: string }>(
    db,
    sql`select table_name as "table", column_name as "column" from information_schema.columns
        where table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const contents = new Map<string, string>();
  for (const { table, column } of columns.filter(({ table: name }) => name !== "__drizzle_migrations")) {
    const query = sql`select ${sql.identifier(column)}::text as value from ${sql.identifier(table)}`;
    const rows = await rowsOf<{ value: string | null }>(db, query);
    contents.set(`${table}.${column}`, rows.map(({ value }) => value).join("\n"));
  }
  return contents;
}

describeDatabases("secrets", (open) => {
  let world: OAuthWorld;
  let sandbox: Sandbox;
  let tokens: Record<string, unknown>;
  beforeAll(async () => {
    world = await createWorld(await open());
    const { database, clock } = world;
    const options = { checkResponses: true, rateLimits: false, runDeliveries: false };
    sandbox = await createSandbox({ ...options, database, clock });
    tokens = await signIn(world, Object.keys(contract.securitySchemes["oauth"]?.scopes ?? {}).join(" "));
    const agent = { agentId: "agt_one", workspaceId: "w_one", name: "One", createdAt: clock.now() };
    await database.db.insert(agents).values(agent);
  });
  afterAll(async () => {
    await sandbox.close();
    await world.database.close();
  });

  async function send(
    id: OperationId,
    path: Readonly<Record<string, string>>,
    body?: object,
  ): Promise<{ text: string; facts: unknown; body: Record<string, string> }> {
    const { method, path: template, idempotencyHeader } = contract.operations[id];
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? "current");
    const request = new Request(ORIGIN + contract.basePath + filled, {
      method,
      headers: {
        authorization: `Bearer ${String(tokens["access_token"])}`,
        ...(body && { "content-type": "application/json" }),
        ...(idempotencyHeader && { [idempotencyHeader]: `key-of-${id}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const response = await sandbox.fetch(request);
    const text = await response.text();
    expect(response.ok, text).toBe(true);
    const { status, headers } = response;
    return { text, facts: [status, headers.get("etag"), headers.get("location")], body: JSON.parse(text) };
  }

  it("are in no table, though answers that tell them are kept; those are given again, also to a renewed token", async () => {
    const calls: (() => ReturnType<typeof send>)[] = [];
    const tell: typeof send = (...call) => {
      calls.push(() => send(...call));
      return send(...call);
    };
    const file = { name: "a.png", mediaType: "image/png", size: 1, sha256: "0".repeat(64) };
    const key = (await tell("createApiKey", {}, { description: "CI" })).body;
    const webhook = (await tell("createWebhook", {}, { url: "https://hooks.example/" })).body;
    const webhookId = webhook["webhookId"] ?? "";
    const rotated = (await tell("rotateWebhookKey", { webhookId })).body;
    const upload = (await tell("createFileUpload", {}, file)).body;
    const worker = (await tell("registerWorker", { agentId: "agt_one" }, { mode: "cloud", name: "One" }))
      .body;
    const session = { agentId: "agt_one", executionMode: "cloud", prompt: "Go." };
    const { sessionId = "" } = (await tell("createAgentSession", {}, session)).body;
    const claim = (await tell("claimSession", { sessionId }, { workerId: worker["workerId"] })).body;

    const secrets = {
      access: tokens["access_token"],
      refresh: tokens["refresh_token"],
      key: key["secret"],
      claim: claim["token"],
      upload: new URL(upload["uploadUrl"] ?? "").searchParams.get("signature"),
      firstKey: webhook["verificationKey"],
      secondKey: rotated["verificationKey"],
      first: webhook["signingSecret"],
      second: rotated["signingSecret"],
    };
    const places: Record<string, string[]> = {};
    const contents = await contentsOf(world.database);
    for (const [name, secret] of Object.entries(secrets)) {
      expect(String(secret).length).toBeGreaterThan(20);
      places[name] = [...contents].flatMap(([place, text]) => (text.includes(String(secret)) ? [place] : []));
    }
    expect(places).toEqual({
      access: [],
      refresh: [],
      key: [],
      claim: [],
      upload: [],
      firstKey: [],
      // Deliveries carry this, and are signed with those, so that they are kept, and nowhere else.
      secondKey: ["webhooks.verification_key"],
      first: ["webhooks.previous_key"],
      second: ["webhooks.signing_secret"],
    });

    const repeatable = calls.filter((_, index) => index < 4);
    const before = await Promise.all(repeatable.map((call) => call()));
    expect(before[0]?.body).toEqual(key);
    world.clock.advance(HOUR);
    const form = { grant_type: "refresh_token", client_id: "app_public" };
    const renewed = await world.post("/app/auth/token", {
      ...form,
      refresh_token: String(tokens["refresh_token"]),
    });
    tokens = (await renewed.json()) as Record<string, unknown>;
    for (const [index, call] of repeatable.entries()) {
      const { text, facts } = await call();
      expect([text, facts]).toEqual([before[index]?.text, before[index]?.facts]);
    }
  });
});
