import { and, arrayContains, arrayOverlaps, eq, inArray, or, sql, type SQL } from "drizzle-orm";

import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { agentSessions, documents, events, tasks } from "../database/schema.js";
import { isSessionVisible } from "./agents.js";
import { isDocumentVisible } from "./documents.js";
import { isTaskOpenTo, isTaskVisible } from "./tasks.js";
import { visibleTeams } from "./teams.js";

/** The scope that lets an app read what the events of a family tell. A family that is not here reaches nobody. */
const SCOPES: Readonly<Record<string, string>> = {
  task: "tasks:read",
  comment: "comments:read",
  team: "teams:read",
  taxonomy: "taxonomy:read",
  document: "documents:read",
  issue: "records:read",
  meeting: "records:read",
  summary: "records:read",
  agent_session: "agents:read",
};

/** The scope that reading an event takes; undefined for events that tell nothing of the workspace. */
export function scopeOfEvent(type: string): string | undefined {
  return SCOPES[type.split(".")[0] ?? ""];
}

/**
 * Which events a caller may see: those of its own workspace whose subject it could see when they happened *and* may
 * see now, unless the subject is gone, and which its scopes let it read. So nothing is learnt from an event that a read
 * would not have told.
 */
export function isEventVisible(db: Db, caller: Caller): SQL | undefined {
  const families = Object.entries(SCOPES).flatMap(([family, scope]) =>
    caller.kind === "key" || caller.scopes.has(scope) ? [family] : [],
  );
  return and(
    eq(events.workspaceId, caller.workspaceId),
    inArray(sql`split_part(${events.type}, '.', 1)`, families),
    ...(caller.kind === "key" ? [] : [couldSee(db, caller), maySeeNow(caller)]),
  );
}

function couldSee(db: Db, caller: Caller & { kind: "member" }): SQL | undefined {
  const teamsOfCaller = sql`array(${visibleTeams(db, caller)})`;
  return or(
    events.isPublic,
    arrayContains(events.userIds, [caller.userId]),
    arrayOverlaps(events.teamIds, teamsOfCaller),
  );
}

/**
 * Asked event by event, for the few of a page: the planner would rather look up all tasks of the workspace first. What
 * is not known to be visible is not: a session without an owner equals nobody's, which SQL calls null.
 */
function maySeeNow(caller: Caller & { kind: "member" }): SQL | undefined {
  return and(
    sql`(${events.taskId} is null or (select ${isTaskOpenTo(caller)} from ${tasks}
      where ${tasks.taskId} = ${events.taskId}))`,
    sql`coalesce((select (${isDocumentVisible(caller)}) is true from ${documents}
      where ${documents.documentId} = ${events.subject}), true)`,
    sql`coalesce((select (${isSessionVisible(caller)}) is true from ${agentSessions}
      where ${agentSessions.sessionId} = ${events.subject}), true)`,
  );
}

type EventRow = typeof events.$inferSelect;

/** What an event tells, with the ids of other tasks that may be hidden from some of those who see it. */
interface Payload {
  readonly parentTaskId?: string | null;
  readonly taskIds?: readonly string[];
}

/** The events as a caller may see them: without the ids of tasks that the caller may not see. */
export async function eventsAsSeenBy(db: Db, caller: Caller, rows: readonly EventRow[]): Promise<EventRow[]> {
  const named = new Set(rows.flatMap((row) => payloadsOf(row).flatMap(([, payload]) => taskIdsIn(payload))));
  if (caller.kind === "key" || named.size === 0) return [...rows];
  const seen = await db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(and(inArray(tasks.taskId, [...named]), isTaskVisible(caller)));
  const visible = new Set(seen.map(({ taskId }) => taskId));
  return rows.map((row) => {
    const payloads = payloadsOf(row).map(([name, payload]) => [name, withOnly(payload, visible)]);
    return { ...row, data: { ...row.data, ...Object.fromEntries(payloads) } };
  });
}

function payloadsOf({ data }: EventRow): [name: string, payload: Payload][] {
  // Written by `recordEvent` from typed payloads.
  return Object.entries(data).filter((entry): entry is [string, Payload] => typeof entry[1] === "object");
}

function taskIdsIn({ parentTaskId, taskIds = [] }: Payload): readonly string[] {
  return typeof parentTaskId === "string" ? [parentTaskId, ...taskIds] : taskIds;
}

function withOnly(payload: Payload, visible: ReadonlySet<string>): Payload {
  const { parentTaskId, taskIds } = payload;
  return {
    ...payload,
    ...(typeof parentTaskId === "string" && !visible.has(parentTaskId) && { parentTaskId: null }),
    ...(taskIds && { taskIds: taskIds.filter((taskId) => visible.has(taskId)) }),
  };
}
