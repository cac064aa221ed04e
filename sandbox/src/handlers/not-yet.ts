import type { Handlers } from "@workspace-api/server";

import type { Context } from "../context.js";

function refuse(): never {
  throw new Error("This operation has no handler yet.");
}

/** Operations that have no handler yet. This list, and with it this file, goes when the last one has. */
export const notYet = {
  createFileUpload: refuse,
  fetchFile: refuse,
  deleteFile: refuse,
  downloadFile: refuse,
  listApiKeys: refuse,
  createApiKey: refuse,
  fetchApiKey: refuse,
  revokeApiKey: refuse,
  listWebhooks: refuse,
  createWebhook: refuse,
  fetchWebhook: refuse,
  updateWebhook: refuse,
  deleteWebhook: refuse,
  verifyWebhook: refuse,
  rotateWebhookKey: refuse,
  listWebhookDeliveries: refuse,
  clearWebhookDeliveries: refuse,
  redeliverWebhook: refuse,
} satisfies Partial<Handlers<Context>>;
