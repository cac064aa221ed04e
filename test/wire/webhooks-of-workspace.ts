import type { WebhookPayloads } from "../../generated/client/src/webhooks.js";

export {
  createDeliveryLog,
  createWebhookHandler,
  toNodeListener,
  verifyKey,
  verifyWebhook,
} from "../../generated/client/src/webhooks.js";
export type TaskCreatedPayload = WebhookPayloads["task.created"];
