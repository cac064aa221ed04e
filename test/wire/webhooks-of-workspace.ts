import type { WebhookPayloads } from "../../generated/client/src/webhooks.js";

export { createWebhookHandler, toNodeListener } from "../../generated/client/src/webhooks.js";
export type TaskCreatedPayload = WebhookPayloads["task.created"];
