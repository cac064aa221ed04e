import { readFileSync } from "node:fs";

import { verifyWebhook } from "@workspace-api/client/webhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { createSigningSecret } from "../../../sandbox/src/auth/secrets.js";
import { DAY, HOUR, MINUTE, SECOND } from "../../../sandbox/src/clock.js";
import { deliveryJobs, events, webhooks } from "../../../sandbox/src/database/schema.js";
import { startReceiver, type Answer, type Receiver } from "./receiver.js";
import { createWorld, type DeliveryWorld } from "./world.js";

let world: DeliveryWorld;
const receivers: Receiver[] = [];
beforeAll(async () => {
  world = await createWorld();
});
afterEach(async () => {
  // With their jobs, so that no test has those of another.
  await world.database.db.delete(webhooks);
});
afterAll(async () => {
  await world.close();
  for (const started of receivers) await started.close();
});

async function receiver(...answers: Answer[]): Promise<Receiver> {
  const started = await startReceiver(...answers);
  receivers.push(started);
  return started;
}

/** Checks an arrival as the generated client does. */
async function verify({ arrivals }: Receiver, index: number, ...keys: string[]): Promise<void> {
  const { headers = {}, body = "" } = arrivals[index] ?? {};
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  await verifyWebhook(new Headers(pairs), new TextEncoder().encode(body), {
    keys,
    keyHeader: "X-Webhook-Key",
    headerKeys: ["whkey_of-the-header"],
    now: () => world.clock.now().getTime(),
  });
}

describe("delivering events", () => {
  it("sends a signed CloudEvent once, and logs it", async () => {
    const target = await receiver(204);
    const webhook = await world.webhook({ url: target.url });
    const eventId = await world.emit();
    await world.worker.runDue();

    expect(target.arrivals).toHaveLength(1);
    const { headers = {}, body = "", method } = target.arrivals[0] ?? {};
    expect(method).toBe("POST");
    expect(headers).toMatchObject({
      "content-type": "application/cloudevents+json; charset=utf-8",
      "x-event-id": eventId,
      "x-event-type": "task.updated",
      "webhook-id": eventId,
    });
    expect(headers).not.toHaveProperty("x-retry-num");
    expect(JSON.parse(body)).toEqual({
      specversion: "1.0",
      id: eventId,
      type: "task.updated",
      source: `https://api.example/workspaces/${webhook.workspaceId}`,
      subject: "tsk_1",
      time: world.clock.now().toISOString(),
      datacontenttype: "application/json",
      workspaceid: webhook.workspaceId,
      dataversion: "1",
      data: { resource: { type: "task", id: "tsk_1" } },
    });
    await verify(target, 0, webhook.signingSecret);
    await expect(verify(target, 0, createSigningSecret())).rejects.toMatchObject({ code: "forged" });
    expect(await world.log(webhook.webhookId)).toMatchObject([
      { eventId, attempt: 1, delivered: true, status: 204, error: null, size: Buffer.byteLength(body) },
    ]);
    await world.worker.runDue();
    expect(target.arrivals).toHaveLength(1);
  });

  it("sends each webhook what it subscribed to, from when it was made", async () => {
    const [all, some, none] = [await receiver(204), await receiver(204), await receiver(204)];
    await world.emit("document.created");
    world.clock.advance(1);
    await world.webhook({ url: all.url });
    await world.webhook({ url: some.url, events: ["comment.created"] });
    await world.webhook({ url: none.url, status: "disabled" });
    await world.emit("task.created");
    await world.emit("comment.created");
    await world.worker.runDue();
    expect(all.arrivals.map(({ headers }) => headers["x-event-type"])).toEqual(
      expect.arrayContaining(["task.created", "comment.created"]),
    );
    expect(all.arrivals).toHaveLength(2);
    expect(some.arrivals.map(({ headers }) => headers["x-event-type"])).toEqual(["comment.created"]);
    expect(none.arrivals).toHaveLength(0);
  });

  it("tries again at once, after a minute and after five, and says why", async () => {
    const target = await receiver(500, 503, "never", 200);
    const webhook = await world.webhook({ url: target.url, events: ["team.created"] });
    await world.emit("team.created");
    await world.worker.runDue();
    expect(target.arrivals).toHaveLength(2);
    world.clock.advance(MINUTE - 1);
    await world.worker.runDue();
    expect(target.arrivals).toHaveLength(2);
    world.clock.advance(1);
    await world.worker.runDue();
    expect(target.arrivals).toHaveLength(3);
    world.clock.advance(5 * MINUTE - 1);
    await world.worker.runDue();
    expect(target.arrivals).toHaveLength(3);
    world.clock.advance(1);
    await world.worker.runDue();
    expect(target.arrivals.map(({ headers }) => [headers["x-retry-num"], headers["x-retry-reason"]])).toEqual(
      [
        [undefined, undefined],
        ["1", "http_status 500"],
        ["2", "http_status 503"],
        ["3", "timeout"],
      ],
    );
    expect(new Set(target.arrivals.map(({ body }) => body)).size).toBe(1);
    await verify(target, 3, webhook.signingSecret);
    expect(await world.log(webhook.webhookId)).toMatchObject([
      { attempt: 1, delivered: false, status: 500, error: "http_status" },
      { attempt: 2, delivered: false, status: 503, error: "http_status" },
      { attempt: 3, delivered: false, status: null, error: "timeout" },
      { attempt: 4, delivered: true, status: 200, error: null },
    ]);
    expect(await world.fetch(webhook.webhookId)).toMatchObject({ status: "active", failuresInRow: 0 });
  });

  it("tries eleven times in three days, by the schedule that the spec tells", async () => {
    const target = await receiver(500);
    const webhook = await world.webhook({ url: target.url, events: ["team.updated"] });
    await world.emit("team.updated");
    const start = world.clock.now().getTime();
    const at: number[] = [];
    for (let seen = 0; at.length < 12 && world.clock.now().getTime() < start + 4 * DAY;) {
      await world.worker.runDue();
      for (; seen < target.arrivals.length; seen += 1) at.push(world.clock.now().getTime() - start);
      world.clock.advance(MINUTE);
    }
    const waits = at.slice(1).map((time, index) => (time - (at[index] ?? 0)) / MINUTE);
    expect(waits).toEqual([0, 1, 5, 30, 120, 300, 600, 840, 960, 1440]);
    expect(await world.fetch(webhook.webhookId)).toMatchObject({ status: "active", failuresInRow: 1 });
    const told = /11 times in three days/.exec(readFileSync("spec/openapi.yaml", "utf8"));
    expect(told).not.toBeNull();
  });

  it("does not follow redirects", async () => {
    const elsewhere = await receiver(200);
    const target = await receiver({ status: 307, location: elsewhere.url });
    const webhook = await world.webhook({ url: target.url, events: ["team.updated"] });
    await world.emit("team.updated");
    await world.worker.runDue();
    expect(elsewhere.arrivals).toHaveLength(0);
    expect(await world.log(webhook.webhookId)).toMatchObject([{ status: 307 }, { status: 307 }]);
  });

  it("names what went wrong where nobody answers", async () => {
    const closed = await receiver(200);
    await closed.close();
    receivers.splice(receivers.indexOf(closed), 1);
    const plain = await receiver(200);
    const upgrade = await receiver("upgrade");
    const errors: unknown[] = [];
    for (const url of [
      closed.url,
      "http://nowhere.invalid/",
      plain.url.replace("http:", "https:"),
      upgrade.url,
    ]) {
      const webhook = await world.webhook({ url, events: ["team.deleted"] });
      await world.emit("team.deleted");
      await world.worker.runDue();
      errors.push((await world.log(webhook.webhookId))[0]?.error);
    }
    expect(errors).toEqual(["connect", "dns", "tls", "connect"]);
  });

  it("ends a webhook whose receiver says that it is gone", async () => {
    const target = await receiver(410);
    const webhook = await world.webhook({ url: target.url, events: ["issue.updated"] });
    await world.emit("issue.updated");
    await world.emit("issue.updated");
    await world.worker.runDue();
    expect(await world.fetch(webhook.webhookId)).toMatchObject({ status: "disabled", version: 2 });
    const count = target.arrivals.length;
    await world.emit("issue.updated");
    world.clock.advance(HOUR);
    await world.worker.runDue();
    expect(target.arrivals).toHaveLength(count);
  });

  it("ends a webhook after fifty events in a row that could not be delivered", async () => {
    const target = await receiver(500);
    const webhook = await world.webhook({ url: target.url, events: ["summary.created"], failuresInRow: 48 });
    const failWholly = async (): Promise<void> => {
      await world.emit("summary.created");
      for (let attempt = 2; attempt <= 11; attempt += 1) {
        await world.worker.runDue();
        world.clock.advance(DAY);
      }
      await world.worker.runDue();
    };
    await failWholly();
    expect(await world.fetch(webhook.webhookId)).toMatchObject({ status: "active", failuresInRow: 49 });
    await failWholly();
    expect(await world.fetch(webhook.webhookId)).toMatchObject({ status: "disabled", failuresInRow: 50 });
  });

  it("begins to count anew after a success", async () => {
    const target = await receiver(204);
    const webhook = await world.webhook({ url: target.url, events: ["meeting.created"], failuresInRow: 49 });
    await world.emit("meeting.created");
    await world.worker.runDue();
    expect(await world.fetch(webhook.webhookId)).toMatchObject({ status: "active", failuresInRow: 0 });
  });

  it("signs with both secrets while they are rotated, and with the new one afterwards", async () => {
    const target = await receiver(204);
    const previousSecret = createSigningSecret();
    const webhook = await world.webhook({
      url: target.url,
      events: ["taxonomy.created"],
      previousSecret,
      previousSecretExpiresAt: new Date(world.clock.now().getTime() + DAY),
    });
    const signatures = async (): Promise<number> => {
      await world.emit("taxonomy.created");
      await world.worker.runDue();
      await verify(target, target.arrivals.length - 1, webhook.signingSecret);
      return String(target.arrivals.at(-1)?.headers["webhook-signature"]).split(" ").length;
    };
    world.clock.advance(DAY - SECOND);
    expect(await signatures()).toBe(2);
    world.clock.advance(SECOND);
    expect(await signatures()).toBe(1);
  });

  it("does not send what is larger than 256 KiB", async () => {
    const target = await receiver(204);
    const webhook = await world.webhook({ url: target.url, events: ["task.snoozed"] });
    await world.emit("task.snoozed", { resource: { type: "task" }, note: "x".repeat(256 * 1024) });
    await world.worker.runDue();
    expect(target.arrivals).toHaveLength(0);
    expect(await world.log(webhook.webhookId)).toMatchObject([{ attempt: 1, error: "too_large" }]);
    expect(await world.database.db.select().from(deliveryJobs)).toEqual([]);
  });

  it("sends a test to the webhook that is tested, whatever it subscribed to", async () => {
    const [tested, other] = [await receiver(204), await receiver(204)];
    const webhook = await world.webhook({ url: tested.url, events: ["task.created"] });
    await world.webhook({ url: other.url });
    await world.emit("webhook.test", { resource: { type: "webhook" } }, webhook.webhookId);
    await world.worker.runDue();
    expect(tested.arrivals).toHaveLength(1);
    expect(other.arrivals).toHaveLength(0);
  });

  it("keeps a thousand attempts of seven days, and events for thirty", async () => {
    const target = await receiver(204);
    const webhook = await world.webhook({ url: target.url, events: ["task.deleted"] });
    const { webhookId, workspaceId } = webhook;
    const { deliveries } = await import("../../../sandbox/src/database/schema.js");
    const row = (index: number, attemptedAt: Date) => ({
      deliveryId: `dlv_${webhookId}_${index}`,
      workspaceId,
      webhookId,
      eventId: "evt_old",
      eventType: "task.deleted",
      attempt: 1,
      delivered: true,
      latencyMs: 1,
      size: 1,
      attemptedAt,
    });
    const now = world.clock.now().getTime();
    await world.database.db
      .insert(deliveries)
      .values([
        row(0, new Date(now - 7 * DAY)),
        ...Array.from({ length: 1000 }, (_, index) => row(index + 1, new Date(now - DAY + index))),
      ]);
    await world.emit("task.deleted");
    await world.worker.runDue();
    const kept = await world.log(webhookId);
    expect(kept).toHaveLength(1000);
    expect(kept[0]?.deliveryId).toBe(`dlv_${webhookId}_2`);

    world.clock.advance(29 * DAY);
    await world.worker.runDue();
    expect(await world.database.db.select().from(events)).not.toEqual([]);
    world.clock.advance(2 * DAY);
    await world.worker.runDue();
    expect(await world.database.db.select().from(events)).toEqual([]);
  });
});

describe("strict addresses", () => {
  it("are checked again when a delivery is made", async () => {
    const strict = await createWorld({ allowLocal: false });
    try {
      const target = await receiver(204);
      const tls = target.url.replace("http:", "https:");
      for (const url of [target.url, tls, tls.replace("127.0.0.1", "localhost.localdomain")]) {
        const webhook = await strict.webhook({ url });
        await strict.emit();
        await strict.worker.runDue();
        expect((await strict.log(webhook.webhookId))[0]).toMatchObject({ delivered: false, status: null });
      }
      expect(target.arrivals).toHaveLength(0);
    } finally {
      await strict.close();
    }
  });
});
