import { WorkspaceClient } from "@workspace-api/client";
import { afterAll, beforeAll, expect, it } from "vitest";

import { DAY, HOUR } from "../../sandbox/src/clock.js";
import { describeDatabases } from "../support/databases.js";
import { startSandbox, type TestSandbox } from "../support/sandbox.js";
import { openTransaction } from "../support/transactions.js";

const RECORD = "update workspaces set version = version where workspace_id = 'w_northwind'";

describeDatabases("a client that follows the events", (open) => {
  let sandbox: TestSandbox;
  let client: WorkspaceClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ database: await open() });
    client = clientAs("key");
  });
  afterAll(() => sandbox.close());

  function clientAs(who: "key" | "member"): WorkspaceClient {
    return new WorkspaceClient({
      apiKey: sandbox.secrets[who],
      baseUrl: "http://127.0.0.1:4010/api/v1",
      fetch: sandbox.fetch,
      rateLimit: false,
    });
  }

  /** The titles of all tasks, as the API lists them. */
  async function truth(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const { taskId, title } of client.tasks.list({ limit: 50 })) found.set(taskId, title);
    return found;
  }

  /** A copy of the tasks, and where it stands. */
  class Copy {
    readonly titles = new Map<string, string>();
    #versions = new Map<string, number>();
    #cursor = "";

    async begin(): Promise<void> {
      this.#cursor = (await client.events.list({ latest: true })).resumeCursor;
      for await (const { taskId, title, version } of client.tasks.list({ limit: 5 }))
        this.#put(taskId, title, version);
    }

    async follow(): Promise<void> {
      for (;;) {
        const page = await client.events.list({ cursor: this.#cursor, limit: 7 });
        for (const event of page.events) {
          if (event.type === "task.deleted") this.titles.delete(event.data.task.taskId);
          if (event.type === "task.deleted")
            this.#versions.set(event.data.task.taskId, Number.POSITIVE_INFINITY);
          if (event.type !== "task.created" && event.type !== "task.updated") continue;
          const { taskId, title, version } = event.data.task;
          this.#put(taskId, title, version);
        }
        this.#cursor = page.resumeCursor;
        if (page.nextCursor === null) return;
      }
    }

    #put(taskId: string, title: string, version: number): void {
      if (version < (this.#versions.get(taskId) ?? 0)) return;
      this.#versions.set(taskId, version);
      this.titles.set(taskId, title);
    }
  }

  it("has the same tasks in the end, whoever wrote meanwhile", async () => {
    const ids: string[] = [];
    const add = async (title: string): Promise<void> => {
      ids.push((await client.tasks.create({ title, userId: "u_mia" })).taskId);
    };
    for (let number = 0; number < 15; number += 1) await add(`Before ${number}`);
    const written: number[] = [];
    const write = async (writer: number): Promise<void> => {
      for (let number = 0; number < 20; number += 1) {
        const id = ids[(writer * 7 + number * 3) % ids.length] ?? "";
        if (number % 4 === 0) await add(`By ${writer}, ${number}`);
        else if (number % 7 === 0) await client.tasks.delete(id).catch(() => {});
        else await client.tasks.update(id, { title: `Changed by ${writer}, ${number}` }).catch(() => {});
      }
    };
    const copy = new Copy();
    const writers = [1, 2, 3, 4].map((writer) => write(writer).finally(() => written.push(writer)));
    await copy.begin();
    while (written.length < writers.length) await copy.follow();
    await Promise.all(writers);
    await copy.follow();
    expect(copy.titles).toEqual(await truth());
  });

  it("gets each event once, in pages of any size", async () => {
    const all: string[] = [];
    for await (const { id } of client.events.list({ limit: 200 })) all.push(id);
    const few: string[] = [];
    for await (const { id } of client.events.list({ limit: 3 })) few.push(id);
    expect(few).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(50);
  });

  it("gets only the types that it asks for", async () => {
    const types = new Set<string>();
    for await (const { type } of client.events.list({ type: ["task.deleted"], limit: 200 })) types.add(type);
    expect([...types]).toEqual(["task.deleted"]);
  });

  it("is told when what comes next is gone, and may begin anew", async () => {
    const { resumeCursor } = await client.events.list({ latest: true });
    sandbox.clock.advance(29 * DAY);
    expect((await client.events.list({ cursor: resumeCursor })).events).toEqual([]);
    sandbox.clock.advance(DAY + HOUR);
    await expect(client.events.list({ cursor: resumeCursor })).rejects.toMatchObject({
      status: 410,
      code: "events_expired",
    });
    expect((await client.events.list({ latest: true })).events).toEqual([]);
    await expect(client.events.list({ cursor: "made-up" })).rejects.toMatchObject({ code: "invalid_cursor" });
  });

  it("misses no event of a transaction that ends late", async () => {
    const { database } = sandbox;
    // The embedded database has one connection, on which nothing is late.
    if (database.kind === "embedded") return;
    const late = await openTransaction(database, RECORD);
    const { resumeCursor } = await client.events.list({ latest: true });
    const { taskId } = await client.tasks.create({ title: "Through first", userId: "u_mia" });
    const early = await client.events.list({ cursor: resumeCursor });
    expect(early.events).toEqual([]);
    late.carryOn();
    await late.end;
    const { events } = await client.events.list({ cursor: early.resumeCursor });
    expect(events.map(({ subject }) => subject)).toEqual([taskId]);
  });
});
