import { and, eq, inArray, sql } from "drizzle-orm";

import type { Context } from "../context.js";
import { deliveryJobs, webhooks } from "../database/schema.js";

/** Disables the webhooks that have a member's view of the workspace, since the member manages it no longer. */
export async function disableWebhooksOf({ db, caller, now }: Context, userId: string): Promise<void> {
  const disabled = await db
    .update(webhooks)
    .set({ status: "disabled", updatedAt: now(), version: sql`${webhooks.version} + 1` })
    .where(
      and(
        eq(webhooks.workspaceId, caller.workspaceId),
        eq(webhooks.userId, userId),
        eq(webhooks.status, "active"),
      ),
    )
    .returning({ webhookId: webhooks.webhookId });
  const webhookIds = disabled.map(({ webhookId }) => webhookId);
  if (webhookIds.length > 0) await db.delete(deliveryJobs).where(inArray(deliveryJobs.webhookId, webhookIds));
}
