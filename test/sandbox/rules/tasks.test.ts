import { eq } from "drizzle-orm";
import { expect, it } from "vitest";

import { DAY, after } from "../../../sandbox/src/clock.js";
import { taskRelations, tasks } from "../../../sandbox/src/database/schema.js";
import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

describeDatabases("the rules of tasks", (open) => {
  const { sandbox, send, outcome, make, told } = world(open);

  /** A task with as many relations as it may have. */
  async function full(path: string, body: object): Promise<string> {
    const taskId = await make(path, body);
    const { db } = sandbox().database;
    const [row] = await db.select().from(tasks).where(eq(tasks.taskId, taskId));
    if (row === undefined) throw new Error("What was made is there.");
    const others = Array.from({ length: 100 }, (_, count) => ({ ...row, taskId: `${taskId}_${count}` }));
    await db.insert(tasks).values(others);
    const relation = { taskId, type: "blocks", workspaceId: row.workspaceId, createdAt: row.createdAt };
    await db
      .insert(taskRelations)
      .values(others.map((other) => ({ ...relation, relatedTaskId: other.taskId })));
    return taskId;
  }

  it("keeps to 100 relations, whichever way they come", async () => {
    const other = await make("/tasks", { title: "Other" });
    const task = await full("/tasks", { title: "Full" });
    const put = (type: string): Promise<string | number> =>
      outcome("PUT", `/tasks/${task}/relations/${type}/${other}`);
    expect(await put("blocks")).toBe("relation_limit_reached");
    expect(await put("part_of")).toBe("relation_limit_reached");
    expect(await send("PATCH", `/tasks/${task}`, { body: { parentTaskId: other } })).toMatchObject({
      body: { code: "validation_failed", errors: [{ pointer: "/parentTaskId", code: "not_allowed" }] },
    });
    const bug = await full("/bugs", { title: "Full" });
    const body = { decision: "duplicate", duplicateOfTaskId: other };
    expect(await send("POST", `/tasks/${bug}/triage`, { body })).toMatchObject({
      body: { code: "validation_failed", errors: [{ pointer: "/duplicateOfTaskId", code: "not_allowed" }] },
    });
    expect(await send("GET", `/tasks/${bug}`)).toMatchObject({ body: { triageStatus: "pending" } });
  });

  it("lets nobody give tasks or documents to a team that they only look at", async () => {
    const teamId = await make("/teams", { name: "Looked at" });
    await send("PUT", `/teams/${teamId}/members/u_mia`, { body: { role: "observer" } });
    const as = "member";
    const own = await make("/tasks", { title: "Mine" }, as);
    expect(await outcome("PATCH", `/tasks/${own}`, { as, body: { teamIds: [teamId] } })).toBe(
      "permission_denied",
    );
    const theirs = await make("/tasks", { title: "Theirs", teamIds: [teamId] });
    const document = await make("/documents", { title: "Notes", type: "task", taskIds: [own] }, as);
    const body = { taskIds: [own, theirs] };
    expect(await outcome("PATCH", `/documents/${document}`, { as, body })).toBe("permission_denied");
    expect(await send("GET", `/documents/${document}`)).toMatchObject({ body: { taskIds: [own] } });
  });

  it("lets people who left, and teams that the caller cannot see, stay on a task", async () => {
    const mine = await make("/teams", { name: "Mine" }, "member");
    const other = await make("/teams", { name: "Other" });
    const left = { userId: "u_adam", type: "assignee" };
    const task = await make("/tasks", { title: "Shared", teamIds: [other], contributors: [left] });
    await send("PUT", `/teams/${other}/members/u_mia`, { body: { role: "member" } });
    await send("PATCH", `/tasks/${task}`, { as: "member", body: { teamIds: [other, mine] } });
    await send("DELETE", `/teams/${other}/members/u_mia`);
    await send("DELETE", "/members/u_adam");
    const more = await make("/teams", { name: "More" }, "member");
    const contributors = [left, { userId: "u_otto", type: "reviewer" }];
    const body = { teamIds: [other, more], contributors };
    expect(await send("PATCH", `/tasks/${task}`, { as: "member", body })).toMatchObject({
      status: 200,
      body,
    });
    const unseen = await make("/teams", { name: "Unseen" });
    const wrong = { teamIds: [other, unseen], contributors: [{ ...left, userId: "u_sam" }] };
    expect(await send("PATCH", `/tasks/${task}`, { as: "member", body: wrong })).toMatchObject({
      body: { errors: [{ pointer: "/contributors/0/userId" }, { pointer: "/teamIds/1" }] },
    });
  });

  it("counts and tells of the children that lose their parent", async () => {
    const parent = await make("/tasks", { title: "Parent" });
    const child = await make("/tasks", { title: "Child", parentTaskId: parent });
    await told();
    expect(await outcome("DELETE", `/tasks/${parent}?children=detach`)).toBe(204);
    expect(await told()).toEqual([`task.deleted ${parent}`, `task.updated ${child}`].toSorted());
    const { body } = await send("GET", `/tasks/${child}`);
    expect(body).toMatchObject({ parentTaskId: null, version: 2 });
  });

  it.each([
    [undefined, 200],
    ["observer", "permission_denied"],
    ["member", 200],
  ])("lets a contributor who is %s in the team of a task change it: %s", async (role, expected) => {
    const teamId = await make("/teams", { name: "Watched" });
    if (role !== undefined) await send("PUT", `/teams/${teamId}/members/u_mia`, { body: { role } });
    const contributors = [{ userId: "u_mia", type: "reviewer" }];
    const task = await make("/tasks", { title: "Watched", teamIds: [teamId], contributors });
    const body = { title: "Changed" };
    expect(await outcome("PATCH", `/tasks/${task}`, { as: "member", body })).toBe(expected);
    const until = after(sandbox().clock.now(), DAY).toISOString();
    expect(await outcome("PUT", `/tasks/${task}/snooze`, { as: "member", body: { until } })).toBe(expected);
  });

  it("tells nothing and counts nothing when nothing changed", async () => {
    const task = await make("/initiatives", { title: "Same", description: "As it is." });
    const before = await send("GET", `/tasks/${task}`);
    await told();
    sandbox().clock.advance(1000);
    const until = after(sandbox().clock.now(), DAY).toISOString();
    for (const body of [{ title: "Same" }, { description: "As it is." }, before.body])
      expect(await send("PATCH", `/tasks/${task}`, { body: body ?? {} })).toEqual(before);
    expect(await told()).toEqual([]);
    const snoozed = await send("PUT", `/tasks/${task}/snooze`, { body: { until } });
    expect(await told()).toEqual([`task.snoozed ${task}`]);
    sandbox().clock.advance(1000);
    expect(await send("PUT", `/tasks/${task}/snooze`, { body: { until } })).toEqual(snoozed);
    expect(await told()).toEqual([]);
  });

  it("tells of an initiative and of the document that holds its description, whichever is changed", async () => {
    await told();
    const empty = await make("/initiatives", { title: "Without", description: "" });
    expect(await told()).toEqual([`task.created ${empty}`]);
    const task = await make("/initiatives", { title: "With", description: "One" });
    const { body } = await send("GET", `/documents?taskId=${task}&includeContent=true`);
    const [{ documentId, content }] = Object(body).documents;
    expect(content).toBe("One");
    expect(await told()).toEqual([`document.created ${documentId}`, `task.created ${task}`]);
    const both = [`document.updated ${documentId}`, `task.updated ${task}`];
    await send("PATCH", `/initiatives/${task}`, { body: { description: "Two" } });
    expect(await told()).toEqual(both);
    await send("PATCH", `/documents/${documentId}`, { body: { content: "Three" } });
    expect(await told()).toEqual(both);
    expect(await send("GET", `/tasks/${task}`)).toMatchObject({ body: { description: "Three", version: 3 } });
    await send("PATCH", `/documents/${documentId}`, { body: { title: "Its name" } });
    expect(await told()).toEqual(both.slice(0, 1));
    await send("DELETE", `/documents/${documentId}`);
    expect(await told()).toEqual([`document.deleted ${documentId}`, `task.updated ${task}`]);
    expect(await send("GET", `/tasks/${task}`)).toMatchObject({ body: { description: null, version: 4 } });
  });

  it("keeps the hierarchy a tree when tasks are moved below each other at once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = [await make("/tasks", { title: "A" }), await make("/tasks", { title: "B" })];
      const move = (task: string, parentTaskId: string): Promise<string | number> =>
        outcome("PATCH", `/tasks/${task}`, { body: { parentTaskId } });
      const answers = await Promise.all([move(a, b), move(b, a)]);
      expect(answers.toSorted()).toEqual([200, "hierarchy_cycle"]);
    }
  });

  it("leaves no reply to a comment that was deleted at the same time", async () => {
    const comments = `/tasks/${await make("/tasks", { title: "Talk" })}/comments`;
    for (let round = 0; round < 5; round += 1) {
      const parentCommentId = await make(comments, { content: "First" });
      const body = { content: "Reply", parentCommentId };
      await Promise.all([
        outcome("POST", comments, { body }),
        outcome("DELETE", `${comments}/${parentCommentId}`),
      ]);
      expect(await send("GET", comments)).toMatchObject({ body: { comments: [] } });
    }
  });

  type Placing = (parentTaskId: string, child: string) => Promise<string | number>;
  it.each<[string, Placing, string | number, string]>([
    [
      "made",
      (parentTaskId) => outcome("POST", "/tasks", { body: { title: "Child", parentTaskId } }),
      201,
      "validation_failed",
    ],
    [
      "moved",
      (parentTaskId, child) => outcome("PATCH", `/tasks/${child}`, { body: { parentTaskId } }),
      200,
      "validation_failed",
    ],
    [
      "related",
      (parent, child) => outcome("PUT", `/tasks/${child}/relations/part_of/${parent}`),
      200,
      "task_not_found",
    ],
  ])("leaves no task %s below one that was deleted at the same time", async (_, place, done, refused) => {
    for (let round = 0; round < 5; round += 1) {
      const [parent, child] = [
        await make("/tasks", { title: "Parent" }),
        await make("/tasks", { title: "Child" }),
      ];
      const [placed, deleted] = await Promise.all([
        place(parent, child),
        outcome("DELETE", `/tasks/${parent}`),
      ]);
      expect([
        [done, "task_has_children"],
        [refused, 204],
      ]).toContainEqual([placed, deleted]);
    }
  });
});
