import { expect, it } from "vitest";

import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

describeDatabases("the rules of people, teams and labels", (open) => {
  const { sandbox, send, outcome, make, told } = world(open);

  it("does not tell strangers of a team by its invitations", async () => {
    const teamId = await make("/teams", { name: "Unseen" });
    const invite = await make(`/teams/${teamId}/invites`, { email: "mia@northwind.example" });
    const accept = (team: string, id: string, as: "member" | "other"): Promise<string | number> =>
      outcome("POST", `/teams/${team}/invites/${id}/accept`, { as });
    for (const team of [teamId, "team_none"])
      for (const id of [invite, "inv_none"]) expect(await accept(team, id, "other")).toBe("team_not_found");
    expect(await accept(teamId, "inv_none", "member")).toBe("team_not_found");
    await told();
    expect(await accept(teamId, invite, "member")).toBe(200);
    expect(await told()).toEqual([`team.invite_accepted ${invite}`, `team.updated ${teamId}`]);
  });

  it("leaves who is in the team already as they are, and does not tell that it changed", async () => {
    const teamId = await make("/teams", { name: "Twice" });
    const invite = await make(`/teams/${teamId}/invites`, { email: "mia@northwind.example" });
    await send("PUT", `/teams/${teamId}/members/u_mia`, { body: { role: "admin" } });
    await told();
    await send("POST", `/teams/${teamId}/invites/${invite}/accept`, { as: "member" });
    expect(await told()).toEqual([`team.invite_accepted ${invite}`]);
    expect(await send("GET", `/teams/${teamId}/members?role=admin`)).toMatchObject({
      body: { members: [{ userId: "u_mia" }, { userId: "u_olive" }] },
    });
  });

  it.each([
    ["owner", ["members:manage"], 200, 200],
    ["owner", ["teams:write"], "insufficient_scope", "insufficient_scope"],
    ["admin", ["members:manage"], 200, "permission_denied"],
    ["member", ["members:manage"], "permission_denied", "permission_denied"],
    ["key", [], "oauth_required", "oauth_required"],
  ] as const)("lets %s with %j change roles: to admin %s, to owner %s", async (who, scopes, admin, owner) => {
    const headers =
      who === "key" ? {} : { authorization: `Bearer ${await sandbox().tokenOf(who, [...scopes])}` };
    const as = who === "key" ? "key" : "owner";
    const change = (role: string): Promise<string | number> =>
      outcome("PATCH", "/members/u_otto", { as, headers, body: { role } });
    expect([await change("admin"), await change("owner")]).toEqual([admin, owner]);
    await send("PATCH", "/members/u_otto", { body: { role: "member" } });
    if (who === "key")
      expect(await outcome("DELETE", "/members/u_otto", { as: "key" })).toBe("oauth_required");
  });

  it("lets API keys read and list members, and make nobody anything", async () => {
    expect(await outcome("GET", "/members/u_otto", { as: "key" })).toBe(200);
    expect(await send("GET", "/members", { as: "key" })).toMatchObject({
      body: { members: expect.arrayContaining([expect.objectContaining({ userId: "u_otto" })]) },
    });
  });

  it("tells of the teams that a member leaves with the workspace", async () => {
    const teams = [await make("/teams", { name: "One" }), await make("/teams", { name: "Two" })];
    for (const teamId of teams)
      await send("PUT", `/teams/${teamId}/members/u_otto`, { body: { role: "member" } });
    await told();
    expect(await outcome("DELETE", "/members/u_otto")).toBe(204);
    expect(await told()).toEqual(teams.map((teamId) => `team.updated ${teamId}`).toSorted());
    for (const teamId of teams)
      expect(await send("GET", `/teams/${teamId}`)).toMatchObject({ body: { memberCount: 1, version: 3 } });
  });

  it("takes only names of time zones", async () => {
    for (const timezone of ["+01:00", "-0800", "Mars/Base"])
      expect(await outcome("PATCH", "/members/u_mia", { body: { timezone } })).toBe("validation_failed");
  });

  it("keeps the teams a tree when they are moved below each other at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = [await make("/teams", { name: "A" }), await make("/teams", { name: "B" })];
      const move = (team: string, parentTeamId: string): Promise<string | number> =>
        outcome("PATCH", `/teams/${team}`, { body: { parentTeamId } });
      expect((await Promise.all([move(a, b), move(b, a)])).toSorted()).toEqual([200, "validation_failed"]);
    }
  });

  it("has one label of a name, in any case and when many are made at once", async () => {
    const create = (name: string): Promise<string | number> =>
      outcome("POST", "/taxonomy-labels", { body: { type: "goal", name } });
    expect(await create("İstanbul")).toBe(201);
    expect(await create("İstanbul")).toBe("label_exists");
    expect(await create("École")).toBe(201);
    expect(await create("éCOLE")).toBe("label_exists");
    const answers = await Promise.all(Array.from({ length: 6 }, () => create("At once")));
    expect(answers.toSorted()).toEqual([201, ...Array.from({ length: 5 }, () => "label_exists")]);
  });

  it("tells of the labels that move up when the one above is deleted", async () => {
    const above = await make("/taxonomy-labels", { type: "skill", name: "Above" });
    const below = await make("/taxonomy-labels", { type: "skill", name: "Below", parentLabelId: above });
    await told();
    await send("DELETE", `/taxonomy-labels/${above}`);
    expect(await told()).toEqual([`taxonomy.deleted ${above}`, `taxonomy.updated ${below}`]);
    expect(await send("GET", `/taxonomy-labels/${below}`)).toMatchObject({
      body: { parentLabelId: null, version: 2 },
    });
  });

  it("takes one emoji for a reaction, and nothing that only looks like a part of one", async () => {
    const task = await make("/tasks", { title: "React" });
    const comment = await make(`/tasks/${task}/comments`, { content: "Here" });
    const react = (emoji: string): Promise<string | number> =>
      outcome("PUT", `/tasks/${task}/comments/${comment}/reactions/${encodeURIComponent(emoji)}`);
    for (const emoji of ["👍", "❤️", "👩‍👩‍👧", "🇩🇪", "1️⃣", "👍🏽"]) expect(await react(emoji)).toBe(200);
    for (const text of ["a", "1", "🇩", "A\u20e3", "👍👍"])
      expect(await react(text)).toBe("invalid_parameter");
  });
});
