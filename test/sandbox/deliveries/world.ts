import { eq } from "drizzle-orm";

import { createSigningSecret } from "../../../sandbox/src/auth/secrets.js";
import { createManualClock, type ManualClock } from "../../../sandbox/src/clock.js";
import type { Database } from "../../../sandbox/src/database/open.js";
import {
  deliveries,
  events,
  memberships,
  users,
  webhooks,
  workspaces,
} from "../../../sandbox/src/database/schema.js";
import type { DeliveryParts } from "../../../sandbox/src/deliveries/parts.js";
import { Deliveries } from "../../../sandbox/src/deliveries/worker.js";
import { createIds } from "../../../sandbox/src/ids.js";
import { openEmbedded } from "../../support/databases.js";

type Webhook = typeof webhooks.$inferSelect;

/** A database with a workspace, and workers that deliver its events. */
export interface DeliveryWorld {
  readonly database: Database;
  readonly clock: ManualClock;
  readonly worker: Deliveries;
  /** One more instance on the same database. */
  another(): Deliveries;
  webhook(values: Partial<Webhook> & { url: string }): Promise<Webhook>;
  /** Writes an event into the outbox, and gives its id. */
  emit(type?: string, data?: Readonly<Record<string, unknown>>, subject?: string): Promise<string>;
  fetch(webhookId: string): Promise<Webhook>;
  /** The log of a webhook, the oldest first. */
  log(webhookId: string): Promise<(typeof deliveries.$inferSelect)[]>;
  close(): Promise<void>;
}

export async function createWorld(options: Partial<DeliveryParts> = {}): Promise<DeliveryWorld> {
  const database = options.database ?? (await openEmbedded());
  const clock = createManualClock();
  const ids = createIds(() => clock.now());
  const workspaceId = ids("workspace");
  const { db } = database;
  const createdAt = clock.now();
  await db.insert(workspaces).values({ workspaceId, name: "One", createdAt, updatedAt: createdAt });
  const userId = "u_viewer";
  const scopes = ["tasks", "comments", "documents", "teams", "records", "taxonomy", "agents"].map(
    (name) => `${name}:read`,
  );
  await db.insert(users).values({ userId, name: "Viewer", createdAt }).onConflictDoNothing();
  const place = { workspaceId, userId, role: "owner", status: "active" } as const;
  await db.insert(memberships).values({ ...place, joinedAt: createdAt, updatedAt: createdAt });
  const another = (): Deliveries =>
    new Deliveries({
      database,
      clock,
      ids,
      allowLocal: true,
      sourceBase: "https://api.example",
      onError: (error) => {
        throw error;
      },
      ...options,
    });
  const worker = another();
  const fetch = async (webhookId: string): Promise<Webhook> => {
    const [webhook] = await db.select().from(webhooks).where(eq(webhooks.webhookId, webhookId));
    if (webhook === undefined) throw new Error(`${webhookId} is gone.`);
    return webhook;
  };
  return {
    database,
    clock,
    worker,
    another,
    fetch,
    async webhook(values) {
      const webhookId = ids("webhook");
      const now = clock.now();
      await db.insert(webhooks).values({
        webhookId,
        workspaceId,
        status: "active",
        verificationKey: "whkey_of-the-header",
        signingSecret: createSigningSecret(),
        userId,
        scopes,
        createdAt: now,
        updatedAt: now,
        ...values,
      });
      return fetch(webhookId);
    },
    async emit(type = "task.updated", data = { resource: { type: "task", id: "tsk_1" } }, subject = "tsk_1") {
      const eventId = ids("event");
      const event = { eventId, workspaceId, type, subject, data, isPublic: true, createdAt: clock.now() };
      await db.insert(events).values(event);
      return eventId;
    },
    log: (webhookId) =>
      db
        .select()
        .from(deliveries)
        .where(eq(deliveries.webhookId, webhookId))
        .orderBy(deliveries.attemptedAt, deliveries.deliveryId),
    async close() {
      await worker.stop();
      if (options.database === undefined) await database.close();
    },
  };
}
