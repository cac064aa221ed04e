import { desc } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";

import { LeaseWatch } from "../../../sandbox/src/agents/lease-watch.js";
import { SECOND } from "../../../sandbox/src/clock.js";
import { events } from "../../../sandbox/src/database/schema.js";
import { describeDatabases } from "../../support/databases.js";
import { addAgent, AGENT } from "../resilience/agents.js";
import { world } from "./world.js";

describeDatabases("a lease that nobody asks for", (open) => {
  const { sandbox, make, outcome, told } = world(open);
  beforeAll(async () => {
    const { database, clock } = sandbox();
    await addAgent(database.db, clock.now());
  });

  it("ends when its time is over, and webhooks are told once, of nobody's doing", async () => {
    const { database, clock, ids } = sandbox();
    const workerId = await make(`/agents/${AGENT}/workers`, { mode: "cloud", name: "gone" });
    const session = { agentId: AGENT, executionMode: "cloud", prompt: "Mend it." };
    const sessionId = await make("/agent-sessions", session);
    const body = { workerId };
    expect(await outcome("POST", `/agent-sessions/${sessionId}/claims`, { body })).toBe(201);
    await told();

    let lapses = 0;
    const parts = { database, clock, ids, onLapse: () => (lapses += 1) };
    const instances = [new LeaseWatch(parts), new LeaseWatch(parts)];
    const look = (): Promise<unknown> => Promise.all(instances.map((watch) => watch.look()));
    clock.advance(119 * SECOND);
    await look();
    expect([lapses, await told()]).toEqual([0, []]);

    clock.advance(SECOND);
    await look();
    await look();
    expect(lapses).toBeGreaterThan(0);
    expect(await told()).toEqual([`agent_session.updated ${sessionId}`]);
    const [event] = await database.db.select().from(events).orderBy(desc(events.position)).limit(1);
    expect(event?.data).toMatchObject({
      agentSession: { sessionId, state: "stale" },
      actor: { type: "system" },
    });
  });

  it("ends by itself while the watch goes on", async () => {
    const { database, clock, ids } = sandbox();
    const workerId = await make(`/agents/${AGENT}/workers`, { mode: "cloud", name: "gone too" });
    const sessionId = await make("/agent-sessions", {
      agentId: AGENT,
      executionMode: "cloud",
      prompt: "Mend it.",
    });
    await outcome("POST", `/agent-sessions/${sessionId}/claims`, { body: { workerId } });
    await told();
    clock.advance(121 * SECOND);
    await new Promise<void>((resolve, reject) => {
      const watch = new LeaseWatch({
        database,
        clock,
        ids,
        onLapse: () => void watch.stop().then(resolve, reject),
      });
      watch.start(reject);
    });
    expect(await told()).toEqual([`agent_session.updated ${sessionId}`]);
  });
});
