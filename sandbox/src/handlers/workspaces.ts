import type { Handlers, Workspace } from "@workspace-api/server";
import { and, asc, count, eq, inArray } from "drizzle-orm";

import type { Context } from "../context.js";
import { slice } from "../database/keyset.js";
import { memberships, users, workspaces } from "../database/schema.js";
import { membershipsOf } from "../people/memberships.js";

export const workspaceHandlers = {
  async fetchMe(_request, { caller, db }) {
    const { workspaceId } = caller;
    if (caller.kind === "key") {
      const nobody = { userId: null, name: null, email: null, role: null, scopes: [] };
      return {
        status: 200,
        body: { credential: "api_key", workspaceId, apiKeyId: caller.apiKeyId, ...nobody },
      };
    }
    const { userId, role } = caller;
    const [user] = await db.select().from(users).where(eq(users.userId, userId));
    const name = caller.scopes.has("profile") ? (user?.name ?? null) : null;
    const email = caller.scopes.has("email") ? (user?.email ?? null) : null;
    const scopes = [...caller.scopes];
    return {
      status: 200,
      body: { credential: "oauth", workspaceId, apiKeyId: null, userId, name, email, role, scopes },
    };
  },

  async listWorkspaces({ query, fail }, context) {
    const { caller, db } = context;
    const after = context.positionOf(query.cursor, fail);
    const wanted = caller.kind === "key" ? [caller] : await membershipsOf(db, caller.userId);
    const { page, next } = slice(await viewsOf(context, wanted), query.limit, after);
    return { status: 200, body: { workspaces: page, nextCursor: context.cursorOf(next) } };
  },

  async fetchWorkspace({ fail }, context) {
    const [workspace] = await viewsOf(context, [context.caller]);
    return { status: 200, body: workspace ?? fail("workspace_not_found") };
  },
} satisfies Pick<Handlers<Context>, "fetchMe" | "listWorkspaces" | "fetchWorkspace">;

/** Workspaces by name, as the caller sees them. */
async function viewsOf(
  { db, caller }: Context,
  wanted: readonly { readonly workspaceId: string }[],
): Promise<Workspace[]> {
  const ids = wanted.map(({ workspaceId }) => workspaceId);
  const [current] = caller.kind === "key" ? [caller] : await membershipsOf(db, caller.userId);
  const rows = await db
    .select({ workspace: workspaces, memberCount: count(memberships.userId) })
    .from(workspaces)
    .leftJoin(
      memberships,
      and(eq(memberships.workspaceId, workspaces.workspaceId), eq(memberships.status, "active")),
    )
    .where(inArray(workspaces.workspaceId, ids))
    .groupBy(workspaces.workspaceId)
    .orderBy(asc(workspaces.name), asc(workspaces.workspaceId));
  return rows.map(({ workspace, memberCount }) => ({
    workspaceId: workspace.workspaceId,
    name: workspace.name,
    isDefault: workspace.workspaceId === current?.workspaceId,
    memberCount,
    createdAt: workspace.createdAt.toISOString(),
    updatedAt: workspace.updatedAt.toISOString(),
    version: workspace.version,
  }));
}
