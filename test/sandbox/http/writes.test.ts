import { contract } from "@workspace-api/server";
import { afterAll, expect, it } from "vitest";

import { DAY } from "../../../sandbox/src/clock.js";
import { createSandbox, type Sandbox } from "../../../sandbox/src/create-sandbox.js";
import { events } from "../../../sandbox/src/database/schema.js";
import { describeDatabases } from "../../support/databases.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";

const TASKS = "/workspaces/current/tasks";

describeDatabases("writes", (open) => {
  let started: Promise<TestSandbox> | undefined;
  const sandbox = (): Promise<TestSandbox> =>
    (started ??= open().then((database) => startSandbox({ database })));
  afterAll(async () => (await started)?.close());

  const create = async (key: string, title: string): Promise<Response> =>
    (await sandbox()).call("POST", TASKS, { body: { title }, headers: { "Idempotency-Key": key } });
  const titled = async (title: string): Promise<number> => {
    const { database } = await sandbox();
    const rows = await database.db.query.tasks.findMany();
    return rows.filter((row) => row.title === title).length;
  };

  it("makes one record of a key that is sent 20 times at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create("at-once", "Once")));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(201);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    expect(await titled("Once")).toBe(1);
    for (const answer of answers.filter(({ status }) => status === 409)) {
      expect(await answer.json()).toMatchObject({ code: "idempotency_in_progress" });
    }
  });

  it("makes one record of a key that two instances get at once", async () => {
    const { database, clock, secrets } = await sandbox();
    const instances = [1, 2].map(() => createSandbox({ database, clock, runDeliveries: false }));
    const send = async (instance: Promise<Sandbox>): Promise<number> => {
      const headers = {
        authorization: `Bearer ${secrets.member}`,
        "content-type": "application/json",
        "idempotency-key": "two",
      };
      const url = `http://127.0.0.1${contract.basePath}${TASKS}`;
      const body = JSON.stringify({ title: "Among two" });
      return (await (await instance).fetch(new Request(url, { method: "POST", headers, body }))).status;
    };
    const statuses = await Promise.all(Array.from({ length: 5 }, () => instances.map(send)).flat());
    expect(statuses).toContain(201);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    expect(await titled("Among two")).toBe(1);
  });

  it("gives the first answer again for 24 hours, and refuses the key for anything else", async () => {
    const first = await create("again", "Again");
    const repeat = await create("again", "Again");
    expect(repeat.headers.get("location")).toBe(first.headers.get("location"));
    expect(repeat.headers.get("etag")).toBe(first.headers.get("etag"));
    expect(await repeat.json()).toEqual(await first.json());
    const other = await create("again", "Something else");
    expect([other.status, await other.json()]).toMatchObject([422, { code: "idempotency_key_reused" }]);
    expect(await titled("Again")).toBe(1);
  });

  it("forgets a key after its time, and leaves it free when nothing was done", async () => {
    const own = await startSandbox({ database: await open() });
    const send = async (title: string, teamIds: readonly string[] = []): Promise<number> => {
      const headers = { "Idempotency-Key": "later" };
      const body = { title, userId: "u_mia", teamIds };
      return (await own.call("POST", TASKS, { as: "key", body, headers })).status;
    };
    expect(await send("Refused", ["team_missing"])).toBe(422);
    expect(await send("First")).toBe(201);
    own.clock.advance(DAY - 1000);
    expect(await send("Second")).toBe(422);
    own.clock.advance(1000);
    expect(await send("Second")).toBe(201);
    await own.close();
  });

  it("writes the event with the change, and none with a refusal", async () => {
    const { call, database } = await sandbox();
    const before = (await database.db.select().from(events)).length;
    const created = (await (await call("POST", TASKS, { body: { title: "Told" } })).json()) as {
      taskId: string;
    };
    const refused = await call("POST", TASKS, { body: { title: "Untold", teamIds: ["team_missing"] } });
    expect(refused.status).toBe(422);
    const after = await database.db.select().from(events);
    expect(after.length).toBe(before + 1);
    expect(after.find(({ subject }) => subject === created.taskId)).toMatchObject({
      type: "task.created",
      workspaceId: "w_northwind",
      data: { actor: { type: "user", id: "u_olive" }, task: { title: "Told" } },
      dispatchedAt: null,
    });
  });

  it("loses no edit when all of them carry If-Match", async () => {
    const { call } = await sandbox();
    const made = await call("POST", TASKS, { body: { title: "0" } });
    const path = `${TASKS}/${((await made.json()) as { taskId: string }).taskId}`;
    const addOne = async (): Promise<void> => {
      for (;;) {
        const read = await call("GET", path);
        const { title } = (await read.json()) as { title: string };
        const headers = { "If-Match": read.headers.get("etag") ?? "" };
        const write = await call("PATCH", path, { body: { title: String(Number(title) + 1) }, headers });
        if (write.status === 200) return;
        expect([write.status, await write.json()]).toMatchObject([412, { code: "precondition_failed" }]);
      }
    };
    await Promise.all(Array.from({ length: 10 }, addOne));
    expect(await (await call("GET", path)).json()).toMatchObject({ title: "10" });
  });
});
