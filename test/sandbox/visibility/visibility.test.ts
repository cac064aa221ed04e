import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Deliveries } from "../../../sandbox/src/deliveries/worker.js";
import { createIds } from "../../../sandbox/src/ids.js";
import { describeDatabases } from "../../support/databases.js";
import { startReceiver, type Receiver } from "../deliveries/receiver.js";
import { world } from "../rules/world.js";
import { makeThings, named, SEEN, SEES_TEAM, textOf, WHO, type Things, type Viewer } from "./workspace.js";

describeDatabases("visibility", (open) => {
  const tested = world(open);
  const { sandbox, send, outcome } = tested;
  let things: Things;
  const receivers: Receiver[] = [];

  beforeAll(async () => {
    for (const as of ["owner", "admin"] as const) {
      const receiver = await startReceiver(204);
      receivers.push(receiver);
      await send("POST", "/webhooks", { as, body: { url: receiver.url } });
    }
    things = await makeThings(tested);
  });
  afterAll(async () => {
    for (const receiver of receivers) await receiver.close();
  });

  /** Everything that a way of looking shows of a kind of thing. */
  const ways: Readonly<Record<string, (as: Viewer) => Promise<string[]>>> = {
    "a task by its id": (as) => readable("task", (id) => `/tasks/${id}`, as),
    "the list of tasks": (as) => listed("task", "/tasks?all=true&limit=200", as),
    "a filter by the parent": (as) =>
      readable("child", (_, name) => `/tasks?all=true&parentTaskId=${things.task[name]}`, as, true),
    search: (as) => listed("task", "/tasks/search?query=quartz&category=day-task", as),
    "the view of planned work": (as) => listed("task", "/planned-work?limit=200", as),
    "the relations of a task": (as) => listed("task", `/tasks/${things.initiative}/relations`, as),
    "the relations in a task": (as) => listed("task", `/tasks/${things.initiative}`, as),
    "the comments of a task": (as) =>
      readable("comment", (_, name) => `/tasks/${things.task[name]}/comments`, as, true),
    "a comment by its id": (as) =>
      readable("comment", (id, name) => `/tasks/${things.task[name]}/comments/${id}`, as),
    "a document by its id": (as) => readable("document", (id) => `/documents/${id}`, as),
    "the list of documents": (as) => listed("document", "/documents?limit=200", as),
    "the tasks of records": (as) => listed("task", "/records?limit=200", as),
    "a cloud session by its id": (as) => readable("session", (id) => `/agent-sessions/${id}`, as),
    "the list of cloud sessions": (as) => listed("session", "/agent-sessions?limit=200", as),
    "the event feed: tasks": async (as) => named(things.task, await feed(as)),
    "the event feed: comments": async (as) => named(things.comment, await feed(as)),
    "the event feed: documents": async (as) => named(things.document, await feed(as)),
    "the event feed: sessions": async (as) => named(things.session, await feed(as)),
  };

  describe.each(Object.keys(ways))("%s", (way) => {
    // API keys may not read agent sessions at all.
    const who = WHO.filter((viewer) => !way.includes("session") || !viewer.toLowerCase().includes("key"));
    it.each(who)("shows %s what they may see, and no more", async (viewer) => {
      expect(await ways[way]?.(viewer)).toEqual(SEEN[viewer]);
    });
  });

  it.each(WHO)("counts for %s what they may see", async (viewer) => {
    const { body } = await send("GET", `/tasks/${things.initiative}`, { as: viewer });
    // Each of the tasks has one below it, which everybody sees.
    const total = viewer.startsWith("stranger") ? undefined : SEEN[viewer].length + 3;
    expect(Object(body).progress?.total).toBe(total);
  });

  it.each(WHO)("shows %s the parent of a task only if they may see it", async (viewer) => {
    const text = await textOf(tested, "/tasks?all=true&sort=title&limit=200", viewer);
    const parents = named(
      things.task,
      JSON.stringify([...text.matchAll(/"parentTaskId":"(tsk_[^"]+)"/g)].map(([, id]) => id)),
    );
    expect(parents).toEqual(SEEN[viewer]);
  });

  it.each(WHO)("shows %s the team and what is of the team", async (viewer) => {
    const sees = SEES_TEAM.includes(viewer);
    expect(await outcome("GET", `/teams/${things.teamId}`, { as: viewer })).toBe(
      sees ? 200 : "team_not_found",
    );
    expect((await textOf(tested, "/teams", viewer)).includes(things.teamId)).toBe(sees);
    expect(await outcome("GET", `/teams/${things.teamId}/invites`, { as: viewer })).toBe(
      sees ? 200 : "team_not_found",
    );
    expect(await outcome("GET", "/records/rec_team", { as: viewer })).toBe(sees ? 200 : "record_not_found");
    const told = await feed(viewer);
    expect(told.includes(`"${things.inviteId}"`)).toBe(sees);
  });

  it.each(WHO)("shows %s a local session only if it is theirs", async (viewer) => {
    const sees = viewer === "member" || viewer === "key";
    expect((await feed(viewer)).includes(`"${things.localSession}"`)).toBe(sees);
    if (viewer === "key" || viewer === "strangerKey") return;
    const path = `/agent-sessions/${things.localSession}`;
    expect(await outcome("GET", path, { as: viewer })).toBe(sees ? 200 : "session_not_found");
  });

  it.each(WHO)("tells %s of what they may not see in the words for what is not there", async (viewer) => {
    for (const [name, id] of Object.entries(things.task)) {
      if (SEEN[viewer].includes(name)) continue;
      for (const [method, body] of [["GET"], ["PATCH", { title: "x" }], ["DELETE"]] as const) {
        const words = async (taskId: string): Promise<string> => {
          const answer = await send(method, `/tasks/${taskId}`, { as: viewer, ...(body && { body }) });
          const { requestId: _, ...said } = Object(answer.body);
          return JSON.stringify({ ...said, status: answer.status }).replaceAll(taskId, "ID");
        };
        expect(await words(id)).toBe(await words("tsk_nothing"));
      }
    }
  });

  it("leaves out of events what an app has no scope for", async () => {
    const token = await sandbox().tokenOf("member", ["comments:read"]);
    const told = await feed("member", { authorization: `Bearer ${token}` });
    expect(named(things.comment, told)).toEqual(["open", "private", "team"]);
    expect(told).not.toContain('"title"');
  });

  it("sends webhooks what the member who set them up may see, and no more", async () => {
    const { database, clock } = sandbox();
    const worker = new Deliveries({
      database,
      clock,
      ids: createIds(() => clock.now()),
      allowLocal: true,
      sourceBase: "https://api.example",
    });
    await worker.runDue();
    await worker.stop();
    for (const [index, viewer] of (["owner", "admin"] as const).entries()) {
      const text = (receivers[index]?.arrivals ?? []).map(({ body }) => body).join("\n");
      for (const kind of ["task", "comment", "document", "session"] as const)
        expect(named(things[kind], text)).toEqual(SEEN[viewer]);
      expect(text.includes(`"${things.inviteId}"`)).toBe(viewer === "owner");
      expect(text).not.toContain(things.localSession);
      // Nothing at all of what is hidden: no title, no comment, no prompt.
      expect(text).not.toMatch(/Quartz private|About private|Prompt private|"Local"/);
    }
  });

  it("shows nobody an event from before they could see its subject, nor after they can no more", async () => {
    const admin = "admin";
    const { task } = things;
    await send("PATCH", `/tasks/${task["private"]}`, { as: "member", body: { visibility: "team" } });
    const told = await feed(admin);
    expect(told.match(/"type":"task.created","subject":"tsk_[^"]+"/g)?.join()).not.toContain(task["private"]);
    expect(named(task, told)).toContain("private");
    await send("PATCH", `/tasks/${task["open"]}`, { as: "member", body: { visibility: "private" } });
    expect(named(task, await feed(admin))).not.toContain("open");
    await send("DELETE", `/tasks/${task["private"]}?children=detach`, { as: "member" });
    expect(await feed(admin)).toContain(`"type":"task.deleted","subject":"${task["private"]}"`);
  });

  async function readable(
    kind: "task" | "comment" | "document" | "session" | "child",
    path: (id: string, name: string) => string,
    as: Viewer,
    isList = false,
  ): Promise<string[]> {
    const seen: string[] = [];
    for (const [name, id] of Object.entries(things[kind])) {
      const { status, body } = await send("GET", path(id, name), { as });
      if (status === 200 && (!isList || JSON.stringify(body).includes(`"${id}"`))) seen.push(name);
    }
    return seen.toSorted();
  }

  async function listed(kind: "task" | "document" | "session", path: string, as: Viewer): Promise<string[]> {
    return named(things[kind], await textOf(tested, path, as));
  }

  /** All events that a caller may see, as they see them. */
  async function feed(as: Viewer, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const told: Told[] = [];
    for (let cursor = ""; ;) {
      const { body } = await send("GET", `/events?limit=200${cursor}`, { as, headers });
      const page = body as { events: Told[]; nextCursor: string | null }; // As the spec says, which was checked.
      told.push(...page.events.map(({ type, subject, data }) => ({ type, subject, data })));
      if (page.nextCursor === null) return JSON.stringify(told);
      cursor = `&cursor=${page.nextCursor}`;
    }
  }
});

/** What matters of an event. */
interface Told {
  readonly type: string;
  readonly subject: string;
  readonly data: object;
}

describeDatabases("a webhook's member", (open) => {
  const { sandbox, send, make } = world(open);

  it("lends no view of theirs to another's address", async () => {
    const webhookId = await make("/webhooks", { url: "http://127.0.0.1:9/a" }, "owner");
    expect(await send("GET", `/webhooks/${webhookId}`)).toMatchObject({ body: { userId: "u_olive" } });
    const url = "http://127.0.0.1:9/b";
    await send("PATCH", `/webhooks/${webhookId}`, { as: "admin", body: { description: "Ours" } });
    expect(await send("GET", `/webhooks/${webhookId}`)).toMatchObject({ body: { userId: "u_olive" } });
    await send("PATCH", `/webhooks/${webhookId}`, { as: "admin", body: { url } });
    expect(await send("GET", `/webhooks/${webhookId}`)).toMatchObject({ body: { userId: "u_adam" } });
  });

  it("takes it along when they manage the workspace no longer, until somebody else takes it over", async () => {
    const webhookId = await make("/webhooks", { url: "http://127.0.0.1:9/c" }, "admin");
    await send("PATCH", "/members/u_adam", { body: { role: "member" } });
    const path = `/webhooks/${webhookId}`;
    expect(await send("GET", path)).toMatchObject({ body: { status: "disabled", userId: "u_adam" } });
    await send("PATCH", path, { body: { status: "active" } });
    expect(await send("GET", path)).toMatchObject({ body: { status: "active", userId: "u_olive" } });
  });

  it("subscribes to nothing that the scopes of the app do not let it read", async () => {
    const token = await sandbox().tokenOf("owner", ["webhooks:manage", "comments:read"]);
    const headers = { authorization: `Bearer ${token}` };
    const url = "http://127.0.0.1:9/d";
    const create = (more: string[]): Promise<unknown> =>
      send("POST", "/webhooks", { headers, body: { url, events: more } });
    expect(await create(["task.created"])).toMatchObject({
      status: 403,
      body: { code: "insufficient_scope" },
    });
    expect(await create(["comment.created"])).toMatchObject({ status: 201 });
  });
});
