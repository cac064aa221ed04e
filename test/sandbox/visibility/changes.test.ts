import { expect, it } from "vitest";

import { describeDatabases } from "../../support/databases.js";
import type { Identity } from "../../support/sandbox.js";
import { addAgent, AGENT } from "../resilience/agents.js";
import { world } from "../rules/world.js";

describeDatabases("what changes who sees something", (open) => {
  const { sandbox, send, outcome, make } = world(open);
  const as = "member";
  /** All events that somebody may see: their types, subjects and data. */
  const feedOf = async (viewer: Identity): Promise<string> => {
    const told: unknown[] = [];
    let cursor = "";
    for (;;) {
      const { body } = await send("GET", `/events?limit=200${cursor}`, { as: viewer });
      const { events, nextCursor } = Object(body);
      for (const { type, subject, data } of events) told.push([type, subject, data]);
      if (nextCursor === null) return JSON.stringify(told);
      cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
    }
  };

  it("leaves people what they wrote or began, and nothing else", async () => {
    const { database, clock } = sandbox();
    await addAgent(database.db, clock.now());
    const contributors = [{ userId: "u_otto", type: "reviewer" }];
    const taskId = await make("/tasks", { title: "Ours", visibility: "private", contributors }, as);
    const documentId = await make("/documents", { title: "His", type: "task", taskIds: [taskId] }, "other");
    const body = { agentId: AGENT, executionMode: "cloud", prompt: "His", taskId };
    const sessionId = await make("/agent-sessions", body, "other");
    await send("PATCH", `/tasks/${taskId}`, { as, body: { contributors: [] } });
    const see = (path: string): Promise<string | number> => outcome("GET", path, { as: "other" });
    expect(await see(`/tasks/${taskId}`)).toBe("task_not_found");
    expect(await see(`/documents/${documentId}`)).toBe(200);
    expect(await see(`/agent-sessions/${sessionId}`)).toBe(200);
    await send("DELETE", `/tasks/${taskId}`, { as });
    for (const who of ["member", "owner", "key"] as const)
      expect(await outcome("GET", `/tasks/${taskId}`, { as: who })).toBe("task_not_found");
  });

  it("leaves hidden tasks out of what an event of a document names", async () => {
    const hidden = await make("/tasks", { title: "Hidden", visibility: "private" }, as);
    const shown = await make("/tasks", { title: "Shown" }, as);
    const document = { title: "Both", type: "task", taskIds: [hidden, shown] };
    const documentId = await make("/documents", document, as);
    const told = await feedOf("admin");
    expect(told).toContain(`"document.created","${documentId}"`);
    expect(told).not.toContain(hidden);
    expect(await feedOf("member")).toContain(hidden);
  });

  it("opens nothing that was told before", async () => {
    const teamId = await make("/teams", { name: "Closed" }, as);
    const ofTeam = await make("/tasks", { title: "Of the team", teamIds: [teamId] }, as);
    const kept = { title: "Kept", visibility: "private", teamIds: [teamId] };
    const wasPrivate = await make("/tasks", kept, as);
    await send("PATCH", `/tasks/${ofTeam}`, { as, body: { teamIds: [] } });
    await send("PATCH", `/tasks/${wasPrivate}`, { as, body: { visibility: "team" } });
    const [admin, owner] = [await feedOf("admin"), await feedOf("owner")];
    expect(admin).not.toContain(`"task.created","${ofTeam}"`);
    expect(admin).toContain(`"task.updated","${ofTeam}"`);
    expect(owner).not.toContain(`"task.created","${wasPrivate}"`);
    expect(owner).toContain(`"task.updated","${wasPrivate}"`);
  });
});
