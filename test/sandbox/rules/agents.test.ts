import { expect, it } from "vitest";

import { MINUTE, SECOND } from "../../../sandbox/src/clock.js";
import { agents, workerCommands } from "../../../sandbox/src/database/schema.js";
import { describeDatabases } from "../../support/databases.js";
import { addAgent, AGENT } from "../resilience/agents.js";
import { world } from "./world.js";

describeDatabases("the rules of agents", (open) => {
  const { sandbox, send, outcome, make } = world(open);
  const queue = (more: object = {}): Promise<string> =>
    make("/agent-sessions", { agentId: AGENT, executionMode: "cloud", prompt: "Mend it.", ...more });
  const register = (name: string, as: "owner" | "member" = "owner"): Promise<string> =>
    make(`/agents/${AGENT}/workers`, { mode: "cloud", name }, as);

  it("queues nothing for an agent that takes on no sessions", async () => {
    const { database, clock } = sandbox();
    await addAgent(database.db, clock.now());
    const idle = { agentId: "agt_idle", workspaceId: "w_northwind", name: "Idle", active: false };
    await database.db.insert(agents).values({ ...idle, createdAt: clock.now() });
    const body = { agentId: "agt_idle", executionMode: "cloud", prompt: "Mend it." };
    expect(await send("POST", "/agent-sessions", { body })).toMatchObject({
      body: { code: "validation_failed", errors: [{ pointer: "/agentId", code: "not_allowed" }] },
    });
  });

  it("gives a session as much of its task as fits", async () => {
    const taskId = await make("/tasks", { title: "x".repeat(255), description: "y".repeat(200_000) });
    const { body } = await send("GET", `/agent-sessions/${await queue({ taskId })}`);
    expect(Object(body).context).toHaveLength(200_000);
  });

  it("lists the workers that are online first", async () => {
    const [first, second] = [await register("first"), await register("second")];
    const order = async (): Promise<unknown> => send("GET", `/agents/${AGENT}/workers`);
    sandbox().clock.advance(2 * MINUTE);
    await send("POST", `/workers/${second}/heartbeat`);
    expect(await order()).toMatchObject({ body: { workers: [{ workerId: second }, { workerId: first }] } });
    await send("POST", `/workers/${first}/heartbeat`);
    sandbox().clock.advance(80 * SECOND);
    await send("POST", `/workers/${first}/heartbeat`);
    sandbox().clock.advance(20 * SECOND);
    expect(await order()).toMatchObject({
      body: {
        workers: [
          { workerId: first, status: "online" },
          { workerId: second, status: "offline" },
        ],
      },
    });
  });

  it("frees a worker whose lease ran out on a session that its owner no longer sees", async () => {
    const workerId = await register("lost", "member");
    const taskId = await make("/tasks", { title: "Soon private" });
    const [lost, next] = [await queue({ taskId }), await queue()];
    const claim = (session: string): Promise<string | number> =>
      outcome("POST", `/agent-sessions/${session}/claims`, { as: "member", body: { workerId } });
    expect(await claim(lost)).toBe(201);
    expect(await claim(next)).toBe("worker_busy");
    await send("PATCH", `/tasks/${taskId}`, { body: { visibility: "private" } });
    sandbox().clock.advance(121 * SECOND);
    expect(await send("GET", `/workers/${workerId}`)).toMatchObject({ body: { sessionId: null } });
    expect(await claim(next)).toBe(201);
    expect(await send("GET", `/agent-sessions/${lost}`)).toMatchObject({ body: { state: "stale" } });
  });

  it("tells a worker its commands in order, fifty at a time", async () => {
    const workerId = await register("behind");
    const { database, clock } = sandbox();
    const commands = Array.from({ length: 51 }, (_, count) => ({
      commandId: `cmd_${99 - count}`,
      workspaceId: "w_northwind",
      workerId,
      type: "cancel_session",
      sessionId: `ses_${count}`,
      createdAt: new Date(clock.now().getTime() + count),
    }));
    await database.db.insert(workerCommands).values(commands);
    const beat = async (): Promise<string[]> => {
      const { body } = await send("POST", `/workers/${workerId}/heartbeat`);
      return Object(body).commands.map(({ sessionId }: Record<string, string>) => sessionId);
    };
    expect(await beat()).toEqual(commands.slice(0, 50).map(({ sessionId }) => sessionId));
    expect(await beat()).toEqual(["ses_50"]);
    expect(await beat()).toEqual([]);
  });
});
