import { contract } from "@workspace-api/server";
import { afterAll, beforeAll, expect, it } from "vitest";

import { createManualClock } from "../../sandbox/src/clock.js";
import { createSandbox, type Sandbox } from "../../sandbox/src/create-sandbox.js";
import { seedSandbox, type Seeded } from "../../sandbox/src/seed/index.js";
import { describeDatabases } from "../support/databases.js";
import { grant } from "../support/sandbox.js";

interface World {
  readonly sandbox: Sandbox;
  readonly seeded: Seeded;
  get(path: string, key?: string): Promise<{ status: number; text: string }>;
}

/** What an API key can read without knowing an id. */
const LISTS = [
  "/workspaces",
  "/workspaces/current",
  "/workspaces/current/members",
  "/workspaces/current/teams",
  "/workspaces/current/teams/team_web/members",
  "/workspaces/current/teams/team_web/invites",
  "/workspaces/current/tasks?all=true&limit=200",
  "/workspaces/current/initiatives",
  "/workspaces/current/bugs",
  "/workspaces/current/tasks/search?query=coupon",
  "/workspaces/current/tasks/tsk_4fJ2/relations",
  "/workspaces/current/tasks/tsk_4fJ2/comments",
  "/workspaces/current/documents",
  "/workspaces/current/taxonomy-labels",
  "/workspaces/current/records",
  "/workspaces/current/completed-work",
  "/workspaces/current/planned-work",
  "/workspaces/current/blockers",
];

/** What takes a token: the first is that of Bo, whose computer the seeded worker runs on. */
const MEMBER_LISTS = [
  ["u_bo", "/workspaces/current/agents"],
  ["u_bo", "/workspaces/current/agents/agt_fixer/workers"],
  ["u_bo", "/workspaces/current/agent-sessions"],
  ["u_bo", "/workspaces/current/agent-sessions/ses_4Qw9/activities"],
  ["u_bo", "/workspaces/current/agent-sessions/ses_7Nd3/activities"],
  ["u_ada", "/workspaces/current/api-keys"],
  ["u_ada", "/workspaces/current/webhooks"],
  ["u_ada", "/workspaces/current/webhooks/wh_ci/deliveries"],
] as const;

describeDatabases("the seeded data", (open) => {
  const worlds: World[] = [];

  async function start(seed: number): Promise<World> {
    const database = await open();
    const clock = createManualClock();
    const options = { database, clock, checkResponses: true, rateLimits: false, runDeliveries: false };
    const sandbox = await createSandbox(options);
    const seeded = await seedSandbox(database, { seed, clock, files: sandbox.files });
    const world: World = {
      sandbox,
      seeded,
      async get(path, key = seeded.apiKey) {
        const url = `http://127.0.0.1:4010${contract.basePath}${path}`;
        const response = await sandbox.fetch(
          new Request(url, { headers: { authorization: `Bearer ${key}` } }),
        );
        return { status: response.status, text: await response.text() };
      },
    };
    worlds.push(world);
    return world;
  }

  let one: World;
  beforeAll(async () => {
    one = await start(1);
  });
  afterAll(async () => {
    for (const { sandbox } of worlds) {
      await sandbox.close();
      await sandbox.database.close();
    }
  });

  it.each(LISTS)("fits the spec and is there: %s", async (path) => {
    const { status, text } = await one.get(path);
    expect(status).toBe(200);
    expect(Object.values(JSON.parse(text)).some((value) => !Array.isArray(value) || value.length > 0)).toBe(
      true,
    );
  });

  it.each(MEMBER_LISTS)("fits the spec and is there, for %s: %s", async (userId, path) => {
    const { sandbox, seeded } = one;
    const scopes = ["agents:read", "api-keys:manage", "webhooks:manage"];
    const now = sandbox.clock.now();
    const token = await grant(sandbox.database.db, userId, scopes, now, seeded.oauth.clientId);
    const { status, text } = await one.get(path, token);
    expect(status).toBe(200);
    expect(Object.values<unknown[]>(JSON.parse(text))[0]?.length).toBeGreaterThan(0);
  });

  it.each([
    [
      "/workspaces/current/tasks/tsk_2hLd",
      { progress: { total: 5 }, labelsByType: { goal: [{ name: "Speed" }] } },
    ],
    ["/workspaces/current/tasks/tsk_4fJ2", { parentTaskId: "tsk_2hLd", links: [{ recordId: "rec_h41Zs" }] }],
    ["/workspaces/current/documents/doc_r7Xw", { title: "Cart totals", taskIds: ["tsk_2hLd"] }],
    [
      "/workspaces/current/files/file_basket",
      { name: "basket.png", mediaType: "image/png", status: "ready", createdBy: "u_chen" },
    ],
    ["/workspaces/current/members/u_ada", { role: "owner", teamIds: ["team_platform", "team_web"] }],
  ])("has what the documentation speaks of: %s", async (path, facts) => {
    expect(JSON.parse((await one.get(path)).text)).toMatchObject(facts);
  });

  it("has an image that can be read", async () => {
    const { text } = await one.get("/workspaces/current/files/file_basket/content");
    expect(text.slice(1, 4)).toBe("PNG");
  });

  it("has a session that waits for a worker of the seeded agent", async () => {
    const { query } = one.sandbox.database.db;
    const [session] = await query.agentSessions.findMany({
      orderBy: ({ createdAt }, { desc }) => desc(createdAt),
    });
    const [worker] = await query.workers.findMany();
    const [agent] = await query.agents.findMany();
    expect(session).toMatchObject({ sessionId: "ses_8Lp2", state: "queued", ownerUserId: worker?.userId });
    expect([session?.agentId, worker?.agentId]).toEqual([agent?.agentId, agent?.agentId]);
  });

  it("is the same for the same seed, and other for another", async () => {
    const [again, other] = [await start(1), await start(2)];
    expect(again.seeded).toEqual(one.seeded);
    for (const path of LISTS) expect(await again.get(path)).toEqual(await one.get(path));
    expect(other.seeded.apiKey).not.toBe(one.seeded.apiKey);
    const tasks = "/workspaces/current/tasks?all=true&limit=200";
    expect(await other.get(tasks)).not.toEqual(await one.get(tasks));
  });

  it("is not made twice, but a second seed gets its key", async () => {
    const { database, clock } = one.sandbox;
    const before = await one.get("/workspaces/current/tasks?all=true&limit=200");
    const { files } = one.sandbox;
    expect(await seedSandbox(database, { seed: 1, clock, files })).toEqual(one.seeded);
    const { apiKey } = await seedSandbox(database, { seed: 7, clock });
    expect(await one.get("/workspaces/current/tasks?all=true&limit=200", apiKey)).toEqual(before);
  });

  it("shows nothing of one workspace in the other", async () => {
    const { otherApiKey } = one.seeded;
    const text = (await one.get("/workspaces/current/tasks?all=true&limit=200", otherApiKey)).text;
    expect(JSON.parse(text).tasks).toHaveLength(2);
    expect(text).not.toContain("w_northwind");
    expect((await one.get("/workspaces/current/tasks/tsk_4fJ2", otherApiKey)).status).toBe(404);
    expect((await one.get("/workspaces/w_northwind/tasks", otherApiKey)).status).toBe(404);
  });
});
