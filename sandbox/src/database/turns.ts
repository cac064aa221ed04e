import { eq } from "drizzle-orm";

import type { Context } from "../context.js";
import { workspaces } from "./schema.js";

/**
 * Lets writes that would be wrong side by side take turns, by the row of their workspace: two that look at the same
 * limit or the same tree at once would both find room. Rows that only refer to the workspace need not wait.
 */
export async function takeTurns({ db, caller }: Pick<Context, "db" | "caller">): Promise<void> {
  const { workspaceId } = workspaces;
  await db
    .select({ workspaceId })
    .from(workspaces)
    .where(eq(workspaceId, caller.workspaceId))
    .for("no key update");
}
