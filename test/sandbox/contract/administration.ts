import { deliveries, events } from "../../../sandbox/src/database/schema.js";
import type { Exchange } from "./exchange.js";

const STALE = { "if-match": '"old"' };

/** API keys and webhooks, which owners and admins manage. */
export async function administration(exchange: Exchange): Promise<void> {
  await keys(exchange);
  await webhooks(exchange);
  await exchange.done("removeMember", { path: { userId: "u_adam" } });
}

async function keys(exchange: Exchange): Promise<void> {
  const body = { description: "CI" };
  const { apiKeyId = "" } = await exchange.done("createApiKey", { body });
  await exchange.done("listApiKeys");
  await exchange.unchanged("fetchApiKey", { path: { apiKeyId } });
  for (const id of ["fetchApiKey", "revokeApiKey"] as const) {
    await exchange.refusal(id, { path: { apiKeyId: "key_none" } });
    await exchange.refusal(id, { path: { apiKeyId }, as: "member" });
  }
  await exchange.refusal("listApiKeys", { as: "member" });
  await exchange.refusal("createApiKey", { body, as: "member" });
  await exchange.refusal("createApiKey", { body, as: "key" });
  await exchange.done("revokeApiKey", { path: { apiKeyId } });
  for (let count = 0; count < 21; count += 1)
    if ((await exchange.refusal("createApiKey", { body })) === "api_key_limit_reached") return;
}

async function webhooks(exchange: Exchange): Promise<void> {
  const { database, clock } = exchange.sandbox;
  // A port of this machine at which nobody listens: what is sent there fails at once.
  const body = { url: "http://127.0.0.1:9/hook", events: ["webhook.test"] };
  const { webhookId = "" } = await exchange.done("createWebhook", { body });
  const webhook = { webhookId: String(webhookId) };
  const none = { webhookId: "wh_none" };
  await exchange.refusal("createWebhook", { body: { url: "ftp://files.example/hook" } });
  await exchange.done("listWebhooks");
  await exchange.done("listEvents", { query: { latest: true } });
  await exchange.done("listEvents", { query: { limit: 200 } });
  await exchange.refusal("listEvents", { query: { since: "2000-01-01T00:00:00Z" } });
  await exchange.unchanged("fetchWebhook", { path: webhook });
  const change = { description: "For tests" };
  await exchange.done("updateWebhook", { path: webhook, body: change });
  await exchange.refusal("updateWebhook", { path: webhook, body: change, headers: STALE });
  await exchange.refusal("updateWebhook", { path: webhook, body: { url: "ftp://files.example/hook" } });
  await exchange.done("verifyWebhook", { path: webhook });
  await exchange.done("rotateWebhookKey", { path: webhook });
  await database.db.insert(events).values({
    eventId: "evt_test",
    workspaceId: "w_northwind",
    type: "webhook.test",
    subject: webhook.webhookId,
    data: { resource: { type: "webhook", id: webhook.webhookId } },
    createdAt: clock.now(),
    dispatchedAt: clock.now(),
  });
  await database.db.insert(deliveries).values({
    deliveryId: "dlv_test",
    workspaceId: "w_northwind",
    webhookId: webhook.webhookId,
    eventId: "evt_test",
    eventType: "webhook.test",
    attempt: 1,
    delivered: false,
    error: "connect",
    latencyMs: 1,
    size: 10,
    attemptedAt: clock.now(),
  });
  await exchange.done("listWebhookDeliveries", { path: webhook });
  const delivery = { ...webhook, deliveryId: "dlv_test" };
  await exchange.done("redeliverWebhook", { path: delivery });
  await exchange.refusal("redeliverWebhook", { path: { ...webhook, deliveryId: "dlv_none" } });
  await exchange.refusal("redeliverWebhook", { path: { ...none, deliveryId: "dlv_test" } });
  await exchange.refusal("redeliverWebhook", { path: delivery, as: "member" });
  for (const id of ["fetchWebhook", "updateWebhook", "deleteWebhook", "verifyWebhook"] as const) {
    const edit = id === "updateWebhook" ? { body: change } : {};
    await exchange.refusal(id, { path: none, ...edit });
    await exchange.refusal(id, { path: webhook, ...edit, as: "member" });
  }
  for (const id of ["rotateWebhookKey", "listWebhookDeliveries", "clearWebhookDeliveries"] as const) {
    await exchange.refusal(id, { path: none });
    await exchange.refusal(id, { path: webhook, as: "member" });
  }
  await exchange.refusal("listWebhooks", { as: "member" });
  await exchange.refusal("createWebhook", { body, as: "member" });
  await exchange.done("clearWebhookDeliveries", { path: webhook });
  await exchange.refusal("deleteWebhook", { path: webhook, headers: STALE });
  for (let count = 0; count < 10; count += 1)
    if ((await exchange.refusal("createWebhook", { body })) === "webhook_limit_reached") break;
  await exchange.done("deleteWebhook", { path: webhook });
}
