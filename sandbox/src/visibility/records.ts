import { and, eq, inArray, isNull, or, type SQL } from "drizzle-orm";

import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { records } from "../database/schema.js";
import { visibleTeams } from "./teams.js";

/** Which records a caller may see: those of their teams, and those of the whole workspace. */
export function isRecordVisible(db: Db, caller: Caller): SQL | undefined {
  return and(
    eq(records.workspaceId, caller.workspaceId),
    or(isNull(records.teamId), inArray(records.teamId, visibleTeams(db, caller))),
  );
}
