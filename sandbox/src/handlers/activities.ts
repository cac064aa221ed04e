import type { Handlers } from "@workspace-api/server";
import { and, eq } from "drizzle-orm";

import { addActivity } from "../agents/activities.js";
import { liveClaim, lockSession } from "../agents/leases.js";
import { activityOf, changeSession } from "../agents/session-view.js";
import { isSessionVisible } from "../visibility/agents.js";
import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { activities, agentSessions } from "../database/schema.js";
import { noSession } from "./agent-sessions.js";

const OLDEST: Order = { key: activities.createdAt, id: activities.activityId, type: "timestamptz" };

export const activityHandlers = {
  async listActivities({ path, query, fail }, context) {
    const { db, caller } = context;
    const after = context.positionOf(query.cursor, fail);
    const seen = await db
      .select({ sessionId: agentSessions.sessionId })
      .from(agentSessions)
      .where(and(eq(agentSessions.sessionId, path.sessionId), isSessionVisible(caller)));
    if (seen.length === 0) return noSession(fail, path.sessionId);
    const rows = await db
      .select({ activity: activities, sortKey: sortKeyOf(OLDEST) })
      .from(activities)
      .where(and(eq(activities.sessionId, path.sessionId), isAfter(OLDEST, after)))
      .orderBy(inOrder(OLDEST))
      .limit(query.limit + 1);
    const { page, next } = pageOf(rows, query.limit, ({ activity }) => activity.activityId);
    const reports = page.map(({ activity }) => activityOf(activity));
    return { status: 200, body: { activities: reports, nextCursor: context.cursorOf(next) } };
  },

  async createActivity({ path, body, fail }, context) {
    const session = (await lockSession(context, path.sessionId)) ?? noSession(fail, path.sessionId);
    const claim = await liveClaim(context, session, body.claimId, body.token, fail);
    const activity = await addActivity(context, claim, body);
    const kept =
      body.type === "plan" ? { plan: body.steps } : body.type === "url" ? { externalUrl: body.url } : {};
    await changeSession(context, session, kept);
    return { status: 201, body: activity };
  },
} satisfies Partial<Handlers<Context>>;
