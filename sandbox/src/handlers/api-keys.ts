import type { ApiKey, Fail, Handlers } from "@workspace-api/server";
import { and, count, eq, gt, isNull, or } from "drizzle-orm";

import { createSecret, hashSecret, prefixOf } from "../auth/secrets.js";
import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { apiKeys } from "../database/schema.js";
import { takeTurns } from "../database/turns.js";
import { momentOf } from "../moments.js";
import { assertManager } from "../people/managers.js";

const MAX_ACTIVE = 20;

type ApiKeyRow = typeof apiKeys.$inferSelect;

const LATEST: Order = {
  key: apiKeys.createdAt,
  id: apiKeys.apiKeyId,
  type: "timestamptz",
  isDescending: true,
};

export const apiKeyHandlers = {
  async listApiKeys({ query, fail }, context) {
    assertManager(context, fail);
    const rows = await context.db
      .select({ key: apiKeys, sortKey: sortKeyOf(LATEST) })
      .from(apiKeys)
      .where(
        and(
          eq(apiKeys.workspaceId, context.caller.workspaceId),
          isAfter(LATEST, context.positionOf(query.cursor, fail)),
        ),
      )
      .orderBy(inOrder(LATEST))
      .limit(query.limit + 1);
    const { page, next } = pageOf(rows, query.limit, ({ key }) => key.apiKeyId);
    return {
      status: 200,
      body: { apiKeys: page.map(({ key }) => viewOf(key)), nextCursor: context.cursorOf(next) },
    };
  },

  async createApiKey({ body, fail }, context) {
    assertManager(context, fail);
    const now = context.now();
    const expiresAt = body.expiresAt ? momentOf(body.expiresAt) : null;
    if (expiresAt !== null && expiresAt <= now) {
      const message = "The time is past.";
      throw fail("validation_failed", undefined, {
        errors: [{ pointer: "/expiresAt", code: "not_allowed", message }],
      });
    }
    await assertRoom(context, fail);
    const secret = createSecret("apiKey");
    const row: ApiKeyRow = {
      apiKeyId: context.newId("apiKey"),
      workspaceId: context.caller.workspaceId,
      description: body.description,
      prefix: prefixOf(secret),
      secretHash: hashSecret(secret),
      createdBy: context.userId ?? "",
      createdAt: now,
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    };
    await context.db.insert(apiKeys).values(row);
    return { status: 201, body: { ...viewOf(row), secret } };
  },

  async fetchApiKey({ path, fail }, context) {
    assertManager(context, fail);
    const [row] = await context.db.select().from(apiKeys).where(isKey(context, path.apiKeyId));
    return { status: 200, body: viewOf(row ?? noKey(fail, path.apiKeyId)) };
  },

  async revokeApiKey({ path, fail }, context) {
    assertManager(context, fail);
    const { db } = context;
    const [row] = await db.select().from(apiKeys).where(isKey(context, path.apiKeyId)).for("update");
    const { apiKeyId, revokedAt } = row ?? noKey(fail, path.apiKeyId);
    if (revokedAt === null) {
      await db.update(apiKeys).set({ revokedAt: context.now() }).where(eq(apiKeys.apiKeyId, apiKeyId));
    }
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;

function viewOf(row: ApiKeyRow): ApiKey {
  return {
    apiKeyId: row.apiKeyId,
    description: row.description,
    prefix: row.prefix,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

function isKey({ caller }: Context, apiKeyId: string) {
  return and(eq(apiKeys.apiKeyId, apiKeyId), eq(apiKeys.workspaceId, caller.workspaceId));
}

/** Two keys that are made at once must not both be the twentieth: they take turns. */
async function assertRoom(context: Context, fail: Fail<"api_key_limit_reached">): Promise<void> {
  const { db, caller, now } = context;
  const { workspaceId } = caller;
  await takeTurns(context);
  const [active] = await db
    .select({ count: count() })
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.workspaceId, workspaceId),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now())),
      ),
    );
  if ((active?.count ?? 0) >= MAX_ACTIVE) {
    throw fail("api_key_limit_reached", `The workspace has ${MAX_ACTIVE} active API keys.`);
  }
}

function noKey(fail: Fail<"api_key_not_found">, apiKeyId: string): never {
  throw fail("api_key_not_found", `The workspace has no API key ${apiKeyId}.`);
}
