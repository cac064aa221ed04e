import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import { openDataFolder } from "../../../sandbox/src/command/data-folder.js";
import { openDatabase, type Database } from "../../../sandbox/src/database/open.js";
import { postgresMissing, startPostgres } from "../../support/postgres.js";
import { startSandboxProcess, type SandboxProcess } from "../../support/sandbox-process.js";
import { startReceiver, type Receiver } from "../deliveries/receiver.js";
import { addWorker, claim, complete, fetchSession } from "./agents.js";
import { Load, prepare } from "./load.js";

/** How many tasks are acknowledged before the kill, and in all. */
const BEFORE = 50;
const IN_ALL = 90;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<SandboxProcess> {
  const started = await startSandboxProcess(args, env);
  cleanups.push(() => started.end("SIGKILL"));
  return started;
}

async function receive(): Promise<Receiver> {
  const receiver = await startReceiver(204);
  cleanups.push(() => receiver.close());
  return receiver;
}

/** Runs the load, and kills a process in the middle of it. */
async function runAndKill(load: Load, victim: SandboxProcess): Promise<void> {
  await load.begin();
  let killed: Promise<unknown> | undefined;
  load.onCreated = () => {
    if (load.created.size === BEFORE) killed = victim.end("SIGKILL");
  };
  await load.run("before", IN_ALL);
  await killed;
  expect(victim.child.signalCode).toBe("SIGKILL");
  expect(load.created.size).toBeGreaterThanOrEqual(BEFORE);
}

/** What was acknowledged is there, each once. */
async function expectNothingLost(load: Load): Promise<void> {
  const { counterId, reader } = load;
  const titles: string[] = [];
  const found = new Set<string>();
  for (let cursor: string | null = ""; cursor !== null;) {
    const { status, body } = await reader("GET", `/workspaces/current/tasks?limit=200${cursor}`);
    expect(status).toBe(200);
    const page = body as { tasks: { taskId: string; title: string }[]; nextCursor: string | null };
    for (const task of page.tasks) {
      titles.push(task.title);
      found.add(task.taskId);
    }
    cursor = page.nextCursor === null ? null : `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
  expect([...load.created.values()].filter((taskId) => !found.has(taskId))).toEqual([]);
  for (const key of load.created.keys()) expect(titles.filter((title) => title === key)).toHaveLength(1);
  const { body } = await reader("GET", `/workspaces/current/tasks/${counterId}`);
  const count = Number((body as { title: string }).title.split(" ")[1]);
  // The last change may have been made though nobody could tell.
  expect([load.count, load.count + 1]).toContain(count);
  load.count = count;
}

/** A request that nobody answered can be sent again; whatever became of it, there is one record. */
async function expectKeysKept(load: Load): Promise<void> {
  const known = [...load.created].slice(-8);
  const open = [...load.unanswered];
  for (const [key] of known) load.created.delete(key);
  await Promise.all(
    [...open, ...known.map(([key]) => key)].map((key) => {
      const writer = Number(key.split("-")[1]);
      return load.create(key, load.prepared.keys[writer] ?? "");
    }),
  );
  for (const [key, taskId] of known) expect(load.created.get(key)).toBe(taskId);
}

/** A lease outlives the process that gave it: nobody else gets the session, and its holder goes on. */
async function expectClaimsKept(load: Load, rivalId: string): Promise<void> {
  const { held } = load;
  if (held === undefined) throw new Error("A session is held.");
  expect(await claim(load.rival, held.sessionId, rivalId)).toBeUndefined();
  expect(await fetchSession(load.rival, held.sessionId)).toMatchObject({
    state: "active",
    activeClaimId: held.claimId,
  });
  expect(await complete(load.holder, held)).toMatchObject({ status: 200 });
  for (const sessionId of load.completed.slice(0, 10)) {
    expect(await claim(load.rival, sessionId, rivalId)).toBeUndefined();
  }
}

/** Waits until the receiver knows of all that was acknowledged. */
async function expectAllTold(load: Load, receiver: Receiver): Promise<void> {
  const wanted = [
    ...[...load.created.values()].map((taskId) => `task.created ${taskId}`),
    ...load.completed.map((sessionId) => `agent_session.completed ${sessionId}`),
  ];
  const missing = (): string[] => {
    const told = new Set(
      receiver.arrivals.map(({ body }) => {
        const { type, subject } = JSON.parse(body) as { type: string; subject: string };
        return `${type} ${subject}`;
      }),
    );
    return wanted.filter((event) => !told.has(event));
  };
  await expect.poll(missing, { timeout: 60_000, interval: 100 }).toEqual([]);
}

/** What the database says in the end: nobody got what another had, and no event is neither told nor still to be. */
async function expectInOrder(load: Load, { db }: Database, receiver: Receiver): Promise<void> {
  const { prepared, granted } = load;
  const claims = (await db.query.claims.findMany()).filter(({ sessionId }) =>
    prepared.sessionIds.includes(sessionId),
  );
  const sessionIds = claims.map(({ sessionId }) => sessionId);
  expect(new Set(sessionIds).size).toBe(sessionIds.length);
  expect(sessionIds.sort()).toEqual([...prepared.sessionIds].sort());
  for (const { claimId, sessionId } of granted)
    expect(claims.find((row) => row.claimId === claimId)).toMatchObject({ sessionId });

  const told = new Set(receiver.arrivals.map(({ headers }) => headers["x-event-id"]));
  const waiting = new Set((await db.query.deliveryJobs.findMany()).map(({ eventId }) => eventId));
  const lost = (await db.query.events.findMany()).filter(
    ({ eventId, createdAt, dispatchedAt }) =>
      createdAt >= prepared.since && dispatchedAt !== null && !told.has(eventId) && !waiting.has(eventId),
  );
  expect(lost).toEqual([]);
}

describe("a sandbox that is killed while it is busy", () => {
  it("has all that it acknowledged when it is started on the same folder, and goes on", async () => {
    const receiver = await receive();
    const data = mkdtempSync(join(tmpdir(), "sandbox-crash-"));
    cleanups.push(() => rmSync(data, { recursive: true, force: true }));
    const folder = await openDataFolder(data, false);
    const dataDir = folder.database;
    const empty = await openDatabase({ dataDir });
    const prepared = await prepare(empty, receiver.url);
    await empty.close();
    await folder.release();

    const first = await start(["--data", data]);
    const load = new Load(prepared, [first.baseUrl]);
    await runAndKill(load, first);

    const second = await start(["--data", data]);
    load.instances = [second.baseUrl];
    await expectNothingLost(load);
    await expectKeysKept(load);
    await expectClaimsKept(load, await addWorker(load.rival, "Rival"));
    await load.run("after", IN_ALL);
    await expectNothingLost(load);
    await expectAllTold(load, receiver);

    expect(await second.end("SIGTERM")).toBe(0);
    const database = await openDatabase({ dataDir });
    cleanups.push(() => database.close());
    await expectInOrder(load, database, receiver);
  }, 240_000);
});

const title = postgresMissing === undefined ? "" : ` (skipped: ${postgresMissing})`;
describe.skipIf(postgresMissing !== undefined)(`two instances on one PostgreSQL${title}`, () => {
  it("carry on as one when the other is killed", async () => {
    const receiver = await receive();
    const server = await startPostgres();
    cleanups.push(() => server.stop());
    const url = await server.createDatabase();
    const database = await openDatabase({ url });
    cleanups.push(() => database.close());
    const prepared = await prepare(database, receiver.url);

    const env = { DATABASE_URL: url };
    const [one, other] = await Promise.all([start([], env), start([], env)]);
    const load = new Load(prepared, [one.baseUrl, other.baseUrl]);
    await runAndKill(load, one);

    expect(load.instances).toEqual([other.baseUrl]);
    // Those who wrote with a key went on without a pause.
    expect(load.created.size).toBeGreaterThanOrEqual(IN_ALL);
    expect(load.unanswered.size).toBe(0);
    await expectNothingLost(load);
    await expectKeysKept(load);
    await expectClaimsKept(load, await addWorker(load.rival, "Rival"));
    await load.run("after", IN_ALL);
    await expectNothingLost(load);
    await expectAllTold(load, receiver);
    await expectInOrder(load, database, receiver);
    expect(await other.end("SIGTERM")).toBe(0);
  });
});
