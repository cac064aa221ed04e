import { and, eq, isNull, or, sql, type SQL } from "drizzle-orm";

import type { Caller } from "../context.js";
import { tasks } from "../database/schema.js";

/** Which tasks a caller may see; deleted ones nobody. Comments are seen by whoever sees their task. */
export function isTaskVisible(caller: Caller): SQL | undefined {
  const isThere = and(eq(tasks.workspaceId, caller.workspaceId), isNull(tasks.deletedAt));
  return and(isThere, isTaskOpenTo(caller));
}

/**
 * The same, whether or not the task was deleted. `team`: the members of its teams, or the whole workspace if it has
 * none; `private`: its owner and contributors. API keys see both; owners of the workspace are in every team. The
 * database keeps with each task who that is, so that an index finds what somebody may see.
 */
export function isTaskOpenTo(caller: Caller): SQL | undefined {
  if (caller.kind === "key") return undefined;
  const { userId, role, teamIds } = caller;
  if (role === "owner") return or(sql`${tasks.visibility} <> 'private'`, isOwnOf(userId));
  return sql`${tasks}.audience && ${textsOf([userId, "*", ...teamIds])}`;
}

/** The tasks that a person owns or contributes to. */
export function isOwnOf(userId: string): SQL {
  return sql`${tasks}.audience @> ${textsOf([userId])}`;
}

/** Texts as an array whose values the planner knows, so that it can tell how many rows have one of them. */
function textsOf(values: readonly string[]): SQL {
  const list = sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  );
  return sql`array[${list}]::text[]`;
}
