import type { InvalidField } from "@workspace-api/server";
import { and, eq, inArray } from "drizzle-orm";

import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { memberships, tasks, taxonomyLabels } from "../database/schema.js";
import { isTaskVisible } from "../visibility/tasks.js";
import { visibleTeams } from "../visibility/teams.js";

/** The ids in a new or changed task that name something else. */
interface References {
  readonly userId?: string | undefined;
  readonly contributors?: readonly { readonly userId: string; readonly type: string }[] | undefined;
  readonly teamIds?: readonly string[] | undefined;
  readonly taxonomyLabelIds?: readonly string[] | undefined;
  readonly parentTaskId?: string | null | undefined;
}

/**
 * What is wrong with the ids of people, teams, labels and the parent: they must exist and be visible to the caller.
 *
 * @param held what the task names already, which may stay: people who left, and teams that the caller cannot see.
 */
export async function referenceErrors(
  db: Db,
  caller: Caller,
  references: References,
  held: References = {},
): Promise<InvalidField[]> {
  const { userId, contributors = [], teamIds = [], taxonomyLabelIds = [], parentTaskId } = references;
  const people = [...(userId === undefined ? [] : [userId]), ...contributors.map((entry) => entry.userId)];
  const members = await membersAmong(db, caller.workspaceId, people);
  const teams = await teamsAmong(db, caller, teamIds);
  const stays = new Set([...(held.teamIds ?? []), ...(held.contributors ?? []).map((entry) => entry.userId)]);
  const labels = await labelsAmong(db, caller.workspaceId, taxonomyLabelIds);
  const errors: InvalidField[] = [];
  const require = (isThere: boolean, pointer: string, what: string): void => {
    if (!isThere) errors.push({ pointer, code: "not_found", message: `There is no such ${what}.` });
  };
  if (userId !== undefined) require(members.has(userId), "/userId", "member of the workspace");
  contributors.forEach((entry, index) => {
    const isThere = members.has(entry.userId) || stays.has(entry.userId);
    require(isThere, `/contributors/${index}/userId`, "member of the workspace");
  });
  teamIds.forEach((id, index) => require(teams.has(id) || stays.has(id), `/teamIds/${index}`, "team"));
  taxonomyLabelIds.forEach((id, index) => require(labels.has(id), `/taxonomyLabelIds/${index}`, "label"));
  if (typeof parentTaskId === "string")
    require(await isSeen(db, caller, parentTaskId), "/parentTaskId", "task");
  const seen = new Set<string>();
  contributors.forEach((entry, index) => {
    const key = `${entry.userId} ${entry.type}`;
    if (seen.has(key))
      errors.push({
        pointer: `/contributors/${index}`,
        code: "unique_items",
        message: "The person is named twice with this type.",
      });
    seen.add(key);
  });
  return errors;
}

async function membersAmong(db: Db, workspaceId: string, userIds: readonly string[]): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await db
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(
      and(
        eq(memberships.workspaceId, workspaceId),
        eq(memberships.status, "active"),
        inArray(memberships.userId, [...userIds]),
      ),
    );
  return new Set(rows.map(({ userId }) => userId));
}

async function teamsAmong(db: Db, caller: Caller, teamIds: readonly string[]): Promise<Set<string>> {
  if (teamIds.length === 0) return new Set();
  const rows = await visibleTeams(db, caller);
  const visible = new Set(rows.map(({ teamId }) => teamId));
  return new Set(teamIds.filter((id) => visible.has(id)));
}

async function labelsAmong(db: Db, workspaceId: string, labelIds: readonly string[]): Promise<Set<string>> {
  if (labelIds.length === 0) return new Set();
  const rows = await db
    .select({ id: taxonomyLabels.taxonomyLabelId })
    .from(taxonomyLabels)
    .where(
      and(
        eq(taxonomyLabels.workspaceId, workspaceId),
        inArray(taxonomyLabels.taxonomyLabelId, [...labelIds]),
      ),
    );
  return new Set(rows.map(({ id }) => id));
}

async function isSeen(db: Db, caller: Caller, taskId: string): Promise<boolean> {
  const rows = await db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(and(eq(tasks.taskId, taskId), isTaskVisible(caller)));
  return rows.length > 0;
}
