import { expect, it } from "vitest";

import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

describeDatabases("every update", (open) => {
  const { send, make, told } = world(open);

  /** One object of every kind that can be updated, and a change of it. */
  const KINDS: readonly [name: string, path: () => Promise<string>, change: object][] = [
    ["task", async () => `/tasks/${await make("/tasks", { title: "One" })}`, { title: "Two" }],
    [
      "initiative",
      async () => `/initiatives/${await make("/initiatives", { title: "One" })}`,
      { title: "Two" },
    ],
    ["bug", async () => `/bugs/${await make("/bugs", { title: "One" })}`, { title: "Two" }],
    [
      "document",
      async () => `/documents/${await make("/documents", { title: "One", type: "task" })}`,
      { title: "Two" },
    ],
    ["team", async () => `/teams/${await make("/teams", { name: "One" })}`, { name: "Two" }],
    [
      "label",
      async () => `/taxonomy-labels/${await make("/taxonomy-labels", { type: "goal", name: "One" })}`,
      { name: "Two" },
    ],
    ["member", async () => "/members/u_mia", { timezone: "Europe/Berlin" }],
    [
      "webhook",
      async () => `/webhooks/${await make("/webhooks", { url: "http://127.0.0.1:9/x" })}`,
      { description: "Two" },
    ],
    [
      "comment",
      async () => {
        const taskId = await make("/tasks", { title: "Commented" });
        return `/tasks/${taskId}/comments/${await make(`/tasks/${taskId}/comments`, { content: "One" })}`;
      },
      { content: "Two" },
    ],
  ];

  it.each(KINDS)("takes a whole fetched %s with a change, and one without any", async (_, pathOf, change) => {
    const path = await pathOf();
    const { body: before } = await send("GET", path);
    await told();
    for (const body of [{}, before])
      expect(await send("PATCH", path, { body })).toEqual({ status: 200, body: before });
    expect(await told()).toEqual([]);
    const changed = await send("PATCH", path, { body: { ...Object(before), ...change } });
    expect(changed).toMatchObject({ status: 200, body: change });
    const { body: after } = await send("GET", path);
    expect(after).toEqual(changed.body);
  });

  it("still refuses what it does not know", async () => {
    for (const [, pathOf] of KINDS)
      expect(
        await send("PATCH", await pathOf().catch(() => "/members/u_mia"), { body: { colour: 1 } }),
      ).toMatchObject({
        status: 422,
      });
  });

  it.each([
    ["POST", "/tasks", { title: " \t " }, "/title"],
    ["POST", "/documents", { title: " ", type: "task" }, "/title"],
    ["POST", "/teams", { name: "\u3000" }, "/name"],
    ["POST", "/taxonomy-labels", { type: "goal", name: " " }, "/name"],
    ["POST", "/tasks", { title: "Open", completedAt: "2026-03-01T00:00:00Z" }, "/completedAt"],
  ])("refuses what says nothing or contradicts itself: %s %s %j", async (method, path, body, pointer) => {
    expect(await send(method, path, { body })).toMatchObject({
      status: 422,
      body: { code: "validation_failed", errors: [{ pointer }] },
    });
  });

  it("refuses a time of completion for what is not completed, and keeps it for what is", async () => {
    const completedAt = "2026-03-01T00:00:00.000Z";
    const path = `/tasks/${await make("/tasks", { title: "Open" })}`;
    expect(await send("PATCH", path, { body: { completedAt } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/completedAt", code: "not_allowed" }] },
    });
    const done = await send("PATCH", path, { body: { status: "completed", completedAt } });
    expect(done).toMatchObject({ status: 200, body: { completedAt } });
    const reopened = await send("PATCH", path, { body: { ...Object(done.body), status: "open" } });
    expect(reopened).toMatchObject({ status: 200, body: { completedAt: null } });
  });
});
