import { and, eq } from "drizzle-orm";

import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { memberships, type webhooks } from "../database/schema.js";
import { teamIds } from "../people/memberships.js";

/** Somebody who sees all of a workspace, as its API keys do. */
export function wholeWorkspace(workspaceId: string): Caller {
  return { kind: "key", workspaceId, apiKeyId: "" };
}

/**
 * Whose view of the workspace a webhook has: that of the member who set it up, within the scopes of the token that was
 * used. Undefined when they manage the workspace no longer.
 */
export async function viewerOf(
  db: Db,
  { workspaceId, userId, scopes }: typeof webhooks.$inferSelect,
): Promise<Caller | undefined> {
  if (userId === null) return undefined;
  const [place] = await db
    .select({ role: memberships.role, teamIds })
    .from(memberships)
    .where(
      and(
        eq(memberships.workspaceId, workspaceId),
        eq(memberships.userId, userId),
        eq(memberships.status, "active"),
      ),
    );
  if (place?.role !== "owner" && place?.role !== "admin") return undefined;
  return { kind: "member", workspaceId, userId, ...place, role: place.role, scopes: new Set(scopes) };
}
