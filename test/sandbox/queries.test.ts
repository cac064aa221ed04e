import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { MINUTE } from "../../sandbox/src/clock.js";
import { openDatabase } from "../../sandbox/src/database/open.js";
import { buildSnapshot } from "../../sandbox/src/database/snapshot.js";
import { createWorld, type DeliveryWorld } from "./deliveries/world.js";
import { snapshots } from "../support/databases.js";
import { startSandbox, type Identity, type TestSandbox } from "../support/sandbox.js";

/** The queries since they were last counted. */
let queries: string[] = [];
let sandbox: TestSandbox;
let taskId: string;

beforeAll(async () => {
  await buildSnapshot(snapshots, false);
  const database = await openDatabase({ snapshots, onQuery: (text) => queries.push(text) });
  sandbox = await startSandbox({ database });
  for (let count = 0; count < 3; count += 1) {
    const body = { title: "Count the queries", contributors: [{ userId: "u_mia", type: "assignee" }] };
    const response = await sandbox.call("POST", "/workspaces/current/tasks", { body });
    ({ taskId } = await response.json());
  }
});
afterAll(() => sandbox.close());

/** What a request asks the database, besides the begin and end of its transaction. */
async function queriesOf(
  method: string,
  path: string,
  as: Identity,
  request: object = {},
): Promise<string[]> {
  queries = [];
  const response = await sandbox.call(method, `/workspaces/current${path}`, { as, ...request });
  expect(response.ok).toBe(true);
  return queries;
}

const NEW = { title: "Count the queries", userId: "u_mia" };
const KEYED = { "idempotency-key": "the-same-key-is-not-sent-twice" };

describe("the number of queries", () => {
  it.each<[string, number, () => Promise<string[]>]>([
    // The token, the membership, the task, its parts.
    ["a task is fetched", 4, () => queriesOf("GET", `/tasks/${taskId}`, "member")],
    ["a key fetches a task", 3, () => queriesOf("GET", `/tasks/${taskId}`, "key")],
    // The token, the membership, the page, its parts: however many tasks there are.
    ["tasks are listed", 4, () => queriesOf("GET", "/tasks?all=true", "member")],
    // The token, the membership, the owner's membership, the task, its parts, the event.
    ["a task is created", 6, () => queriesOf("POST", "/tasks", "member", { body: NEW })],
    // Besides: whether the key was used, the old ones that go, and the answer that is kept.
    ["a task is created once", 9, () => queriesOf("POST", "/tasks", "member", { body: NEW, headers: KEYED })],
    // The token, the membership, the task with its lock, its parts, the change, the event.
    [
      "a task is changed",
      6,
      () => queriesOf("PATCH", `/tasks/${taskId}`, "member", { body: { title: "Again" } }),
    ],
    // The same up to its parts: nothing is written.
    [
      "a task is sent back as it is",
      4,
      () => queriesOf("PATCH", `/tasks/${taskId}`, "member", { body: { topic: null } }),
    ],
  ])("stays what it is when %s: %i", async (_, count, ask) => {
    await sandbox.call("GET", "/workspaces/current", { as: "key" });
    expect(await ask()).toHaveLength(count);
  });

  it.each<[string, number, (world: DeliveryWorld) => Promise<unknown>]>([
    ["there is nothing to deliver", 1, async () => {}],
    // Besides: the events, the webhooks, that they were handed out.
    ["nobody wants to know of an event", 4, (world) => world.emit()],
  ])("stays what it is when %s: %i", async (_, count, prepare) => {
    const world = await createWorld({ database: sandbox.database });
    await world.worker.runDue();
    await prepare(world);
    queries = [];
    await world.worker.runDue();
    expect(queries).toHaveLength(count);
    await world.close();
  });

  it("notes the use of a key once a minute, and else only reads", async () => {
    const ask = (): Promise<string[]> => queriesOf("GET", `/tasks/${taskId}`, "key");
    await ask();
    const writes = (list: readonly string[]): number =>
      list.filter((text) => !/^\s*(--.*\s+)*(select|with)\b/i.test(text)).length;
    expect(writes(await ask())).toBe(0);
    sandbox.clock.advance(MINUTE);
    expect(writes(await ask())).toBe(1);
    expect(writes(await ask())).toBe(0);
  });
});
