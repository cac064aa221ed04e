import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { deliveryJobs, webhooks } from "../../../sandbox/src/database/schema.js";
import { after, SECOND } from "../../../sandbox/src/clock.js";
import { claim, fanOut } from "../../../sandbox/src/deliveries/queue.js";
import { settle } from "../../../sandbox/src/deliveries/settle.js";
import { createIds } from "../../../sandbox/src/ids.js";
import { describeDatabases } from "../../support/databases.js";
import { startReceiver, type Receiver } from "./receiver.js";
import { createWorld, type DeliveryWorld } from "./world.js";

describeDatabases("a queue that outlives its workers", (open) => {
  let world: DeliveryWorld;
  let target: Receiver;
  beforeAll(async () => {
    world = await createWorld({ database: await open() });
    target = await startReceiver(204);
  });
  afterAll(async () => {
    await world.close();
    await world.database.close();
    await target.close();
  });

  it("sends each event once though several instances look for work at the same time", async () => {
    await world.webhook({ url: target.url });
    const eventIds = new Set<string>();
    for (let index = 0; index < 40; index += 1) eventIds.add(await world.emit());
    const others = [world.another(), world.another(), world.another()];
    await Promise.all([world.worker, ...others].map((worker) => worker.runDue()));
    // A machine under load may not answer in time, and an attempt follows; none is made twice.
    const attempts = target.arrivals.map(({ headers }) =>
      [headers["x-event-id"], headers["x-retry-num"]].join(),
    );
    expect(new Set(attempts).size).toBe(attempts.length);
    expect(new Set(target.arrivals.map(({ headers }) => headers["x-event-id"]))).toEqual(eventIds);
  });

  it("takes over what another instance had in hand when it died, once the lease has lapsed", async () => {
    const { db } = world.database;
    const before = target.arrivals.length;
    await world.emit();
    const now = world.clock.now();
    await fanOut(
      db,
      now,
      createIds(() => now),
    );
    const [orphan] = await claim(db, {
      now,
      until: after(now, 15 * SECOND),
      limit: 1,
      without: [],
      busy: [],
    });
    await world.worker.runDue();
    expect(target.arrivals).toHaveLength(before);
    world.clock.advance(15 * SECOND);
    await world.another().runDue();
    expect(target.arrivals).toHaveLength(before + 1);

    // The first was not dead but slow: what it has to say is logged, and changes nothing.
    if (orphan === undefined) throw new Error("Nothing was claimed.");
    const outcome = { delivered: false, status: 410, error: "http_status", latencyMs: 1 } as const;
    const entry = { deliveryId: "dlv_late", attempt: 1, outcome, size: 1, sentAt: now };
    await db.transaction((tx) => settle(tx, orphan, entry, world.clock.now()));
    expect(await world.fetch(orphan.webhook.webhookId)).toMatchObject({ status: "active" });
    expect(await db.select().from(deliveryJobs)).toEqual([]);
  });

  it("does not let a slow receiver keep others waiting", async () => {
    const slow = await startReceiver("never", 204);
    await world.webhook({ url: slow.url, events: ["team.created"] });
    await world.emit("team.created");
    const first = world.worker.runDue();
    await slow.arrived(1);
    const before = target.arrivals.length;
    await world.emit("team.updated");
    world.worker.wake();
    await target.arrived(before + 1);
    expect(slow.arrivals).toHaveLength(1);
    await first;
    expect(slow.arrivals).toHaveLength(2);
    await slow.close();
  });

  it("leaves places for others, however much a slow receiver is to get", async () => {
    const slow = await startReceiver("never");
    const { webhookId } = await world.webhook({ url: slow.url, events: ["document.created"] });
    for (let index = 0; index < 30; index += 1) await world.emit("document.created");
    const before = target.arrivals.length;
    await world.emit("document.updated");
    const run = world.worker.runDue();
    await target.arrived(before + 1);
    expect(slow.arrivals.length).toBeLessThan(10);
    // Its end is not waited for: it takes 3 seconds for each.
    await world.database.db.delete(webhooks).where(eq(webhooks.webhookId, webhookId));
    await slow.close();
    await run;
  });

  it("makes no job for a webhook that is disabled at this moment", async () => {
    const late = await startReceiver(204);
    const { webhookId } = await world.webhook({ url: late.url, events: ["taxonomy.created"] });
    await world.emit("taxonomy.created");
    const progress = { isDone: false };
    let run: Promise<void> | undefined;
    await world.database.transaction(async (tx) => {
      await tx.update(webhooks).set({ status: "disabled" }).where(eq(webhooks.webhookId, webhookId));
      run = world.worker.runDue().finally(() => {
        progress.isDone = true;
      });
      // An embedded database lets nobody in before the end of the transaction anyway.
      while (world.database.kind === "server" && !progress.isDone) {
        const { rows } = (await tx.execute(sql`select 1 from pg_locks where not granted`)) as {
          rows: unknown[];
        };
        if (rows.length > 0) break;
      }
    });
    await run;
    expect(late.arrivals).toEqual([]);
    await late.close();
  });

  it("finishes what it has in hand before it stops, and begins nothing more", async () => {
    const worker = world.another();
    worker.start();
    await worker.runDue();
    await worker.stop();
    await world.emit();
    await worker.runDue();
    expect(
      await world.database.db.query.events.findFirst({
        where: (event, { isNull }) => isNull(event.dispatchedAt),
      }),
    ).toBeDefined();
  });
});

// A server may have other instances, so that there leases have to lapse.
describe("an embedded queue", () => {
  it("takes up at once what a process that died had in hand, where the database has no other", async () => {
    const world = await createWorld();
    const target = await startReceiver(204);
    await world.webhook({ url: target.url });
    const { db } = world.database;
    await world.emit();
    const now = world.clock.now();
    await fanOut(
      db,
      now,
      createIds(() => now),
    );
    await claim(db, { now, until: after(now, 15 * SECOND), limit: 1, without: [], busy: [] });
    const next = world.another();
    next.start();
    await target.arrived(1);
    await next.stop();
    await world.close();
    await target.close();
  });
});
