import type { Fail, Handlers } from "@workspace-api/server";
import { and, asc, count, eq } from "drizzle-orm";

import { createSecret, createSigningSecret } from "../auth/secrets.js";
import { after, DAY } from "../clock.js";
import type { Context } from "../context.js";
import { slice } from "../database/keyset.js";
import { deliveryJobs, webhooks } from "../database/schema.js";
import { takeTurns } from "../database/turns.js";
import { bytesOfSecret, headersOfVerification } from "../deliveries/message.js";
import { send } from "../deliveries/send.js";
import { isAllowedTarget } from "../deliveries/target.js";
import { webhookOf, type WebhookRow } from "../deliveries/views.js";
import { TIMEOUT_MS } from "../deliveries/attempt.js";
import type { DeliveryParts } from "../deliveries/parts.js";
import { assertManager, assertMayRead } from "../people/managers.js";
import { scopeOfEvent } from "../visibility/events.js";

const MAX_WEBHOOKS = 10;
const ROTATION_MS = DAY;

export function webhookHandlers({ allowLocal }: Pick<DeliveryParts, "allowLocal">) {
  return {
    async listWebhooks({ query, fail }, context) {
      const position = context.positionOf(query.cursor, fail);
      assertMayRead(context, fail);
      const rows = await context.db
        .select()
        .from(webhooks)
        .where(eq(webhooks.workspaceId, context.caller.workspaceId))
        .orderBy(asc(webhooks.createdAt), asc(webhooks.webhookId));
      const { page, next } = slice(rows.map(webhookOf), query.limit, position);
      return { status: 200, body: { webhooks: page, nextCursor: context.cursorOf(next) } };
    },

    async createWebhook({ body, fail }, context) {
      assertManager(context, fail);
      assertTarget(body.url, allowLocal, fail);
      const verificationKey = body.verificationKey ?? createSecret("webhookKey");
      const signingSecret = body.signingSecret ?? createSigningSecret();
      assertSecret(signingSecret, fail);
      assertReadable(context, body.events ?? null, fail);
      await assertRoom(context, fail);
      const now = context.now();
      const [row] = await context.db
        .insert(webhooks)
        .values({
          webhookId: context.newId("webhook"),
          workspaceId: context.caller.workspaceId,
          url: body.url,
          description: body.description ?? null,
          events: body.events ?? null,
          status: "active",
          verificationKey,
          signingSecret,
          createdBy: context.userId,
          ...viewOf(context),
          createdAt: now,
          updatedAt: now,
        })
        .returning();
      return { status: 201, body: { ...webhookOf(there(row)), verificationKey, signingSecret } };
    },

    async fetchWebhook({ path, fail }, context) {
      assertMayRead(context, fail);
      const [row] = await context.db.select().from(webhooks).where(isWebhook(context, path.webhookId));
      return { status: 200, body: webhookOf(row ?? noWebhook(fail, path.webhookId)) };
    },

    async updateWebhook({ path, body, fail }, context) {
      assertManager(context, fail);
      const row = await lock(context, path.webhookId, fail);
      const before = webhookOf(row);
      context.assertMatch(before, fail);
      if (body.url !== undefined) assertTarget(body.url, allowLocal, fail);
      if (body.events !== undefined) assertReadable(context, body.events, fail);
      const { url, description, events, status } = { ...row, ...body };
      const members = { url, description, events, status };
      if (JSON.stringify(webhookOf({ ...row, ...members })) === JSON.stringify(before))
        return { status: 200, body: before };
      const isNewUrl = url !== row.url;
      const isRevived = status === "active" && row.status !== "active";
      if (status !== "active") await context.db.delete(deliveryJobs).where(isJobOf(row));
      const changed = await change(context, row, {
        ...members,
        ...(isNewUrl && { verified: false, checkedAt: null }),
        ...(isRevived && { failuresInRow: 0 }),
        // Whoever says where events go sees them: nobody lends another member's view to an address of their own.
        ...((isNewUrl || isRevived) && viewOf(context)),
      });
      return { status: 200, body: webhookOf(changed) };
    },

    async deleteWebhook({ path, fail }, context) {
      assertManager(context, fail);
      const row = await lock(context, path.webhookId, fail);
      context.assertMatch(webhookOf(row), fail);
      await context.db.delete(webhooks).where(eq(webhooks.webhookId, row.webhookId));
      return { status: 204 };
    },

    async rotateWebhookKey({ path, fail }, context) {
      assertManager(context, fail);
      const row = await lock(context, path.webhookId, fail);
      const verificationKey = createSecret("webhookKey");
      const signingSecret = createSigningSecret();
      const changed = await change(context, row, {
        verificationKey,
        signingSecret,
        previousSecret: row.signingSecret,
        previousSecretExpiresAt: after(context.now(), ROTATION_MS),
      });
      return { status: 200, body: { ...webhookOf(changed), verificationKey, signingSecret } };
    },

    /** Not in a transaction: the receiver has three seconds, and may call this API meanwhile. */
    async verifyWebhook({ path, fail }, context) {
      assertManager(context, fail);
      const [row] = await context.db.select().from(webhooks).where(isWebhook(context, path.webhookId));
      const webhook = row ?? noWebhook(fail, path.webhookId);
      const { url } = webhook;
      // Receivers hold the time against their own clock.
      const headers = headersOfVerification(context.newId("event"), webhook, new Date());
      const { delivered, status, error } = await send(
        { method: "HEAD", url, headers },
        { allowLocal, timeoutMs: TIMEOUT_MS },
      );
      const checkedAt = context.now();
      await context.db.transaction(async (tx) => {
        const now = await lock({ ...context, db: tx }, path.webhookId, fail);
        // What was checked says nothing about an address that was set meanwhile.
        if (now.url === url) await change({ ...context, db: tx }, now, { verified: delivered, checkedAt });
      });
      return {
        status: 200,
        body: { verified: delivered, status, error, checkedAt: checkedAt.toISOString() },
      };
    },
  } satisfies Partial<Handlers<Context>>;
}

export function isWebhook({ caller }: Pick<Context, "caller">, webhookId: string) {
  return and(eq(webhooks.webhookId, webhookId), eq(webhooks.workspaceId, caller.workspaceId));
}

export function noWebhook(fail: Fail<"webhook_not_found">, webhookId: string): never {
  throw fail("webhook_not_found", `The workspace has no webhook ${webhookId}.`);
}

function isJobOf({ webhookId }: WebhookRow) {
  return eq(deliveryJobs.webhookId, webhookId);
}

async function lock(
  context: Pick<Context, "db" | "caller">,
  webhookId: string,
  fail: Fail<"webhook_not_found">,
): Promise<WebhookRow> {
  const [row] = await context.db.select().from(webhooks).where(isWebhook(context, webhookId)).for("update");
  return row ?? noWebhook(fail, webhookId);
}

async function change(
  { db, now }: Pick<Context, "db" | "now">,
  row: WebhookRow,
  values: Partial<WebhookRow>,
): Promise<WebhookRow> {
  const [changed] = await db
    .update(webhooks)
    .set({ ...values, updatedAt: now(), version: row.version + 1 })
    .where(eq(webhooks.webhookId, row.webhookId))
    .returning();
  return there(changed);
}

function there<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error("A row that was written is returned.");
  return row;
}

function assertTarget(url: string, allowLocal: boolean, fail: Fail<"webhook_url_not_allowed">): void {
  if (isAllowedTarget(url, allowLocal)) return;
  throw fail(
    "webhook_url_not_allowed",
    allowLocal
      ? "The address must be http or https, public or on your own machine or network, and carry no password."
      : "The address is not public HTTPS.",
  );
}

/** Whose view of the workspace a webhook has from now on: that of the member who asks, within the scopes of the token. */
function viewOf({ caller }: Context): Pick<WebhookRow, "userId" | "scopes"> {
  return caller.kind === "member"
    ? { userId: caller.userId, scopes: [...caller.scopes] }
    : { userId: null, scopes: [] };
}

/** Refuses events by name that the token would not let the app read. Of all events, those that it lets are sent. */
function assertReadable(
  { caller }: Context,
  events: readonly string[] | null,
  fail: Fail<"insufficient_scope">,
): void {
  if (caller.kind === "key") return;
  for (const type of events ?? []) {
    const scope = scopeOfEvent(type);
    if (scope !== undefined && !caller.scopes.has(scope))
      throw fail(
        "insufficient_scope",
        `The access token lacks the scope ${scope}, which the event ${type} needs.`,
      );
  }
}

/** The pattern of the spec lets through base64 that is cut off, which receivers could not read. */
function assertSecret(secret: string, fail: Fail<"validation_failed">): void {
  const bytes = bytesOfSecret(secret);
  if (bytes.length >= 24 && bytes.length <= 64 && `whsec_${bytes.toString("base64")}` === secret) return;
  throw fail("validation_failed", undefined, {
    errors: [
      {
        pointer: "/signingSecret",
        code: "format",
        message: "The secret must be whsec_ and the padded base64 of 24 to 64 bytes.",
      },
    ],
  });
}

/** Two that are made at once must not both be the tenth: they take turns. */
async function assertRoom(context: Context, fail: Fail<"webhook_limit_reached">): Promise<void> {
  const { db, caller } = context;
  const { workspaceId } = caller;
  await takeTurns(context);
  const [made] = await db
    .select({ count: count() })
    .from(webhooks)
    .where(eq(webhooks.workspaceId, workspaceId));
  if ((made?.count ?? 0) >= MAX_WEBHOOKS) {
    throw fail("webhook_limit_reached", `The workspace has ${MAX_WEBHOOKS} webhooks.`);
  }
}
