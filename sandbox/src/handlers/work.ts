import type { Fail, Handlers } from "@workspace-api/server";
import { and, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import type { Order } from "../database/keyset.js";
import { pageOfSummaries } from "../tasks/list-tasks.js";
import { visibleTeams } from "../visibility/teams.js";
import {
  COMPLETED_ORDER,
  isBlocked,
  isCompletedIn,
  isPlanned,
  LONGEST_UNCHANGED,
  periodOf,
  PLANNED_ORDER,
  recapOf,
  workFilter,
} from "../tasks/work-views.js";

/** What the work views ask for. */
interface WorkQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly teamId?: string | undefined;
  readonly userId?: string | undefined;
  readonly includeInitiatives: boolean;
}

async function pageOfWork(
  context: Context,
  query: WorkQuery,
  fail: Fail<"invalid_parameter" | "invalid_cursor">,
  what: SQL | undefined,
  order: Order,
) {
  const after = context.positionOf(query.cursor, fail);
  const where = and(what, workFilter(context, query, fail));
  const { items, next } = await pageOfSummaries(context, { where, order, limit: query.limit, after });
  return { status: 200 as const, body: { tasks: items, nextCursor: context.cursorOf(next) } };
}

export const workHandlers = {
  async listPlannedWork({ query, fail }, context) {
    return pageOfWork(context, query, fail, isPlanned(context.now()), PLANNED_ORDER);
  },

  async listCompletedWork({ query, fail }, context) {
    // A cursor that is none says more than a period that is none.
    context.positionOf(query.cursor, fail);
    const period = periodOf(query, context.now(), fail);
    return pageOfWork(context, query, fail, isCompletedIn(period), COMPLETED_ORDER);
  },

  async listBlockers({ query, fail }, context) {
    return pageOfWork(context, query, fail, isBlocked, LONGEST_UNCHANGED);
  },

  async fetchMyRecap({ query, fail }, context) {
    const { caller } = context;
    if (caller.kind !== "member") throw fail("oauth_required");
    const period = periodOf(query, context.now(), fail);
    const body = await recapOf(context, { userId: caller.userId }, period, query.includeInitiatives);
    return { status: 200, body };
  },

  async fetchTeamRecap({ path, query, fail }, context) {
    const { db, caller } = context;
    const teams = await visibleTeams(db, caller);
    if (!teams.some(({ teamId }) => teamId === path.teamId))
      throw fail("team_not_found", `There is no team ${path.teamId}.`);
    const period = periodOf(query, context.now(), fail);
    const body = await recapOf(context, { teamId: path.teamId }, period, query.includeInitiatives);
    return { status: 200, body };
  },
} satisfies Partial<Handlers<Context>>;
