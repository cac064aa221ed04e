import { sql } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { rowsOf } from "../database/rows.js";
import { teams } from "../database/schema.js";

const DEEPEST = 10;

/** What stands against a team getting this parent: undefined if nothing does. */
export async function parentFault(
  db: Db,
  teamId: string | undefined,
  parentTeamId: string,
): Promise<string | undefined> {
  const above = await rowsOf<{ team_id: string }>(
    db,
    sql`
    with recursive above(team_id, parent_team_id) as (
      select team_id, parent_team_id from ${teams} where team_id = ${parentTeamId}
      union
      select parent.team_id, parent.parent_team_id from ${teams} parent
      join above on above.parent_team_id = parent.team_id
    )
    select team_id from above`,
  );
  if (above.some((row) => row.team_id === teamId)) return "The parent is the team itself or below it.";
  const below = await rowsOf<{ height: number }>(
    db,
    sql`
    with recursive below(team_id, level) as (
      select ${teamId ?? null}::text, 1
      union all
      select child.team_id, below.level + 1 from ${teams} child join below on child.parent_team_id = below.team_id
    )
    select max(level)::int as height from below`,
  );
  const height = below[0]?.height ?? 1;
  return above.length + height > DEEPEST ? `Teams nest at most ${DEEPEST} levels deep.` : undefined;
}
