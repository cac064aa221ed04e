import { eq } from "drizzle-orm";
import { Hono } from "hono";

import type { Clock } from "../clock.js";
import type { Database } from "../database/open.js";
import { events, webhooks } from "../database/schema.js";
import { isLocalCaller } from "../http/local.js";
import type { Peer } from "../http/peer.js";
import type { Ids } from "../ids.js";
import { deliveryFacts, sessionFacts, type StoredFacts } from "./facts.js";
import { statusPage } from "./status-page.js";
import type { Recorder } from "./recorder.js";

export interface StatusParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly recorder: Recorder;
  /** Called when there is an event to deliver. */
  readonly wake: () => void;
}

const PATH = "/_sandbox";

/** The status page, for the own machine alone: to everybody else there is nothing here. */
export function statusRoutes(parts: StatusParts): Hono<{ Bindings: Peer }> {
  const { database, clock, recorder } = parts;
  const app = new Hono<{ Bindings: Peer }>();
  app.use(`${PATH}/*`, async (c, next) => {
    if (isLocalCaller(c.env?.address, c.req.url)) return next();
    return c.text("There is nothing here.", 404);
  });
  app.get(PATH, async (c) =>
    statusPage({
      now: clock.now(),
      factor: clock.factor,
      recorder,
      stored: await stored(database),
      onlyFailed: c.req.query("show") === "failed",
      isLive: c.req.query("still") === undefined,
    }),
  );
  app.post(`${PATH}/test-event`, async (c) => {
    const origin = c.req.header("origin");
    if (origin !== undefined && origin !== new URL(c.req.url).origin)
      return c.text("Not from elsewhere.", 403);
    const { webhookId } = await c.req.parseBody();
    await emitTest(String(webhookId), parts);
    return c.redirect(PATH, 303);
  });
  return app;
}

/** What the database knows; undefined while it is away, when the rest of the page is wanted all the more. */
async function stored({ db, ping }: Database): Promise<StoredFacts | undefined> {
  try {
    return { deliveries: await deliveryFacts(db), sessions: await sessionFacts(db) };
  } catch (error) {
    const isThere = await ping().then(
      () => true,
      () => false,
    );
    if (isThere) throw error;
    return undefined;
  }
}

/** A `webhook.test` event for one webhook. */
async function emitTest(webhookId: string, { database, clock, ids, wake }: StatusParts): Promise<void> {
  const [webhook] = await database.db.select().from(webhooks).where(eq(webhooks.webhookId, webhookId));
  if (webhook === undefined) return;
  const { workspaceId } = webhook;
  await database.db.insert(events).values({
    eventId: ids("event"),
    workspaceId,
    type: "webhook.test",
    subject: webhookId,
    data: { resource: { type: "webhook", id: webhookId, workspaceId } },
    createdAt: clock.now(),
  });
  wake();
}
