import { eq } from "drizzle-orm";
import { afterAll, expect, it } from "vitest";

import { after } from "../../sandbox/src/clock.js";
import { memberships, users } from "../../sandbox/src/database/schema.js";
import { describeDatabases } from "../support/databases.js";
import { startSandbox, type TestSandbox } from "../support/sandbox.js";

describeDatabases("me and workspaces", (open) => {
  let started: Promise<TestSandbox> | undefined;
  const sandbox = (): Promise<TestSandbox> =>
    (started ??= open().then((database) => startSandbox({ database })));
  afterAll(async () => (await started)?.close());

  it("tells a member who they are", async () => {
    const { call } = await sandbox();
    const response = await call("GET", "/me", { as: "admin" });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      credential: "oauth",
      workspaceId: "w_northwind",
      apiKeyId: null,
      userId: "u_adam",
      name: "Adam Admin",
      email: "adam@northwind.example",
      role: "admin",
    });
  });

  it("tells a key that it is nobody", async () => {
    const { call } = await sandbox();
    const body = await (await call("GET", "/me", { as: "key" })).json();
    expect(body).toEqual({
      credential: "api_key",
      workspaceId: "w_northwind",
      apiKeyId: "key_tests",
      userId: null,
      name: null,
      email: null,
      role: null,
      scopes: [],
    });
  });

  it("fetches a workspace by id and as current, with how many take part", async () => {
    const { call } = await sandbox();
    const byId = await (await call("GET", "/workspaces/w_northwind")).json();
    expect(byId).toMatchObject({ workspaceId: "w_northwind", isDefault: true, memberCount: 4, version: 1 });
    expect(await (await call("GET", "/workspaces/current")).json()).toEqual(byId);
  });

  it("hides the workspaces of others", async () => {
    const { call } = await sandbox();
    for (const as of ["member", "key"] as const) {
      const response = await call("GET", "/workspaces/w_contoso", { as });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: "workspace_not_found" });
    }
  });

  it("lists the workspaces of a member by name, and tells the one that current stands for", async () => {
    const { call, database, clock } = await sandbox();
    const joinedAt = after(clock.now(), 1000);
    await database.db.insert(memberships).values({
      workspaceId: "w_contoso",
      userId: "u_otto",
      role: "member",
      status: "active",
      joinedAt,
      updatedAt: joinedAt,
    });
    const list = async (): Promise<unknown> => (await call("GET", "/workspaces", { as: "other" })).json();
    expect(await list()).toMatchObject({
      workspaces: [
        { name: "Contoso", isDefault: false },
        { name: "Northwind", isDefault: true },
      ],
    });
    await database.db.update(users).set({ defaultWorkspaceId: null }).where(eq(users.userId, "u_otto"));
    expect(await list()).toMatchObject({ workspaces: [{ isDefault: false }, { isDefault: true }] });
    await database.db.update(memberships).set({ status: "removed" }).where(eq(memberships.userId, "u_otto"));
    const response = await call("GET", "/workspaces", { as: "other" });
    expect(response.status).toBe(401);
  });
});
