import { contract } from "@workspace-api/server";
import { afterAll, beforeAll, expect, it } from "vitest";

import { SECOND } from "../../../sandbox/src/clock.js";
import { createSandbox, type Sandbox } from "../../../sandbox/src/create-sandbox.js";
import { describeDatabases } from "../../support/databases.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";
import {
  addAgent,
  addSession,
  addWorker,
  claim,
  complete,
  fetchSession,
  retry,
  type Granted,
  type Send,
} from "./agents.js";

const TASKS = "/workspaces/current/tasks";
const DOCUMENTS = "/workspaces/current/documents";

describeDatabases("many at once, on two instances", (open) => {
  let sandbox: TestSandbox;
  let other: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ database: await open(), checkResponses: false });
    const { database, clock } = sandbox;
    other = await createSandbox({ database, clock, rateLimits: false, runDeliveries: false });
    await addAgent(database.db, clock.now());
  });
  afterAll(async () => {
    await other.close();
    await sandbox.close();
  });

  let sent = 0;
  /** Sends as the owner, to one instance and the other in turn. */
  const request = (
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> =>
    ((sent += 1) % 2 === 0 ? sandbox : other).fetch(
      new Request(`http://127.0.0.1${contract.basePath}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${sandbox.secrets.owner}`,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  const send: Send = async (method, path, body) => {
    const response = await request(method, path, body);
    return { status: response.status, body: await response.json() };
  };

  it("50 workers that race for 20 sessions run each of them once", async () => {
    const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `Race ${index}`);
    const workers = await Promise.all(numbers(50).map((name) => addWorker(send, name)));
    const sessions = await Promise.all(numbers(20).map((prompt) => addSession(send, prompt)));
    const granted: Granted[] = [];
    // All of them begin with the same session.
    const work = async (workerId: string): Promise<void> => {
      for (const sessionId of sessions) {
        const mine = await claim(send, sessionId, workerId);
        if (mine === undefined) continue;
        granted.push(mine);
        expect(await complete(send, mine)).toEqual({ status: 200, code: undefined });
      }
    };
    await Promise.all(workers.map(work));
    expect(granted.map(({ sessionId }) => sessionId).sort()).toEqual([...sessions].sort());
    const { db } = sandbox.database;
    const claims = await db.query.claims.findMany();
    expect(claims.map(({ state, sessionId }) => `${state} ${sessionId}`).sort()).toEqual(
      sessions.map((sessionId) => `completed ${sessionId}`).sort(),
    );
    const completions = (await db.query.activities.findMany()).filter(({ type }) => type === "completion");
    expect(completions).toHaveLength(20);
  });

  it("a worker whose lease has run out is refused, and another does the work", async () => {
    const [slow, quick] = [await addWorker(send, "Slow"), await addWorker(send, "Quick")];
    const sessionId = await addSession(send, "Take your time.");
    const late = await claim(send, sessionId, slow);
    if (late === undefined) throw new Error("Nobody else wanted the session.");
    sandbox.clock.advance(120 * SECOND);
    const answers = await Promise.all(Array.from({ length: 5 }, () => complete(send, late)));
    expect(answers).toEqual(Array.from(answers, () => ({ status: 409, code: "claim_not_active" })));
    expect(await fetchSession(send, sessionId)).toMatchObject({ state: "stale", activeClaimId: null });
    expect(await claim(send, sessionId, quick)).toBeUndefined();
    const { db } = sandbox.database;
    const lapse = await db.query.events.findFirst({
      where: (event, { and, eq }) =>
        and(eq(event.subject, sessionId), eq(event.type, "agent_session.updated")),
      orderBy: (event, { desc }) => desc(event.position),
    });
    // Whoever looked first was the occasion, not the cause.
    expect(lapse?.data).toMatchObject({ actor: { type: "system" }, agentSession: { state: "stale" } });

    const retries = await Promise.all(Array.from({ length: 5 }, () => retry(send, sessionId)));
    expect(retries.sort()).toEqual([200, 409, 409, 409, 409]);
    const next = await claim(send, sessionId, quick);
    if (next === undefined) throw new Error("The session was queued again.");
    expect(await complete(send, late)).toEqual({ status: 409, code: "claim_not_active" });
    expect(await fetchSession(send, sessionId)).toMatchObject({ activeClaimId: next.claimId });
    expect(await complete(send, next, "By the second.")).toEqual({ status: 200, code: undefined });
    expect(await complete(send, late)).toEqual({ status: 409, code: "claim_not_active" });
    const told = (await db.query.activities.findMany()).filter((row) => row.sessionId === sessionId);
    expect(told.map(({ text }) => text)).toEqual(["By the second."]);
  });

  it("20 editors of a document lose nothing, with If-Match", async () => {
    const made = await send("POST", DOCUMENTS, { title: "Notes", type: "requirement", content: "By" });
    expect(made.status).toBe(201);
    const path = `${DOCUMENTS}/${(made.body as { documentId: string }).documentId}`;
    const editors = Array.from({ length: 20 }, (_, index) => `e${index + 1}`);
    let refused = 0;
    const append = async (editor: string): Promise<void> => {
      for (;;) {
        const read = await request("GET", path);
        const { content } = (await read.json()) as { content: string };
        const headers = { "If-Match": read.headers.get("etag") ?? "" };
        const write = await request("PATCH", path, { content: `${content} ${editor}` }, headers);
        if (write.status === 200) return;
        refused += 1;
        expect([write.status, await write.json()]).toMatchObject([412, { code: "precondition_failed" }]);
      }
    };
    await Promise.all(editors.map(append));
    const { content } = (await send("GET", path)).body as { content: string };
    expect(content.split(" ").slice(1).sort()).toEqual([...editors].sort());
    expect(refused).toBeGreaterThan(0);
  });

  it("an idempotency key that is sent 20 times at once makes one record, and every sender learns it", async () => {
    const create = (): Promise<Response> =>
      request("POST", TASKS, { title: "Only once" }, { "Idempotency-Key": "only-once" });
    const insist = async (): Promise<string> => {
      for (;;) {
        const answer = await create();
        const body = (await answer.json()) as { taskId?: string; code?: string };
        if (answer.status === 201) return `${body.taskId} ${answer.headers.get("etag")}`;
        expect([answer.status, body.code]).toEqual([409, "idempotency_in_progress"]);
      }
    };
    const answers = await Promise.all(Array.from({ length: 20 }, insist));
    expect(new Set(answers).size).toBe(1);
    const tasks = await sandbox.database.db.query.tasks.findMany();
    expect(tasks.filter(({ title }) => title === "Only once")).toHaveLength(1);
    const events = await sandbox.database.db.query.events.findMany();
    expect(events.filter(({ subject }) => answers[0]?.startsWith(`${subject} `))).toHaveLength(1);
  });
});
