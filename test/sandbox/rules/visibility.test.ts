import { expect, it } from "vitest";

import { records } from "../../../sandbox/src/database/schema.js";
import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

describeDatabases("what a member may not see", (open) => {
  const { sandbox, send, outcome, make } = world(open);

  it("is not told by the parents of what they see", async () => {
    const top = await make("/initiatives", { title: "Top" });
    const hidden = await make("/tasks", { title: "Hidden", visibility: "private", parentTaskId: top });
    const shown = await make("/initiatives", { title: "Shown", parentTaskId: hidden });
    const path = "/initiatives?sort=title";
    expect(await send("GET", path)).toMatchObject({
      body: { initiatives: [{ ancestors: [{ taskId: top }, { taskId: hidden }] }, {}] },
    });
    expect(await send("GET", path, { as: "member" })).toMatchObject({
      body: { initiatives: [{ taskId: shown, ancestors: [{ taskId: top }] }, {}] },
    });
  });

  it("is not told by a task's relations, nor found by taking one away", async () => {
    const hidden = await make("/tasks", { title: "Hidden", visibility: "private" });
    const taskId = await make("/tasks", { title: "Shown", parentTaskId: hidden });
    const other = await make("/tasks", { title: "Other" });
    for (const relation of [`blocks/${hidden}`, `blocks/${other}`])
      await send("PUT", `/tasks/${taskId}/relations/${relation}`);
    const relations = [{ type: "blocks", taskId: other }];
    for (const path of [`/tasks/${taskId}`, `/tasks/${taskId}/relations`])
      expect(await send("GET", path, { as: "member" })).toMatchObject({ body: { relations } });
    const all = [{ type: "part_of", taskId: hidden }, { taskId: hidden }, ...relations];
    const { body } = await send("GET", `/tasks/${taskId}`);
    expect(Object(body).relations).toEqual(
      expect.arrayContaining(all.map((one) => expect.objectContaining(one))),
    );
    const path = `/tasks/${taskId}/relations/blocks/${hidden}`;
    expect(await outcome("DELETE", path, { as: "member" })).toBe("relation_not_found");
    expect(await outcome("DELETE", path)).toBe(204);
  });

  it("is not told by the records that a task is linked to", async () => {
    const teamId = await make("/teams", { name: "Sync" });
    const { database, clock } = sandbox();
    const times = { occurredAt: clock.now(), syncedAt: clock.now() };
    await database.db.insert(records).values(
      ["rec_hidden", "rec_shown"].map((recordId) => ({
        recordId,
        workspaceId: "w_northwind",
        kind: "issue",
        provider: "tracker",
        externalId: recordId,
        url: `https://tracker.example/${recordId}`,
        title: recordId,
        teamId: recordId === "rec_hidden" ? teamId : null,
        ...times,
      })),
    );
    const taskId = await make("/tasks", { title: "Linked" });
    for (const recordId of ["rec_hidden", "rec_shown"])
      await send("PUT", `/records/${recordId}/tasks/${taskId}`);
    const links = [{ recordId: "rec_hidden" }, { recordId: "rec_shown" }];
    expect(await send("GET", `/tasks/${taskId}`)).toMatchObject({ body: { links } });
    expect(await send("GET", `/tasks/${taskId}`, { as: "member" })).toMatchObject({
      body: { links: links.slice(1) },
    });
  });
});
