import { asc, eq, sql } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { rowsOf } from "../database/rows.js";
import {
  documentTasks,
  taskContributors,
  tasks,
  taskTeams,
  teamMembers,
  type events,
} from "../database/schema.js";

/**
 * Who could see the subject of an event when it happened: everybody in the workspace, the members of these teams, and
 * these people. It is kept with the event, since the subject may be gone or changed when somebody asks.
 */
export type Audience = Pick<typeof events.$inferSelect, "isPublic" | "teamIds" | "userIds" | "taskId">;

/** Everybody in the workspace. */
export const EVERYBODY: Audience = { isPublic: true, teamIds: [], userIds: [], taskId: null };

/** What decides who may see a task. */
interface TaskFacts {
  readonly taskId: string;
  readonly visibility: string;
  readonly userId: string;
  readonly teamIds: readonly string[];
  readonly contributors: readonly { readonly userId: string }[];
}

/** Who may see a task; the same rule as `isTaskOpenTo`. */
export function audienceOfTask({ taskId, visibility, userId, teamIds, contributors }: TaskFacts): Audience {
  const isPrivate = visibility === "private";
  return {
    isPublic: !isPrivate && teamIds.length === 0,
    teamIds: isPrivate ? [] : [...teamIds],
    userIds: [...new Set([userId, ...contributors.map((contributor) => contributor.userId)])],
    taskId,
  };
}

/** Who may see a task, of which only the id is known. */
export async function audienceOfTaskId(db: Db, taskId: string): Promise<Audience> {
  const [facts] = await factsOf(db, [taskId]);
  if (!facts) throw new Error("A task that something happened to is there.");
  return audienceOfTask(facts);
}

/** Who may see a document; the same rule as `isDocumentVisible`. It has to be there still. */
export async function audienceOfDocument(
  db: Db,
  { documentId, createdBy }: { readonly documentId: string; readonly createdBy: string | null },
): Promise<Audience> {
  const links = await db
    .select({ taskId: documentTasks.taskId, deletedAt: tasks.deletedAt })
    .from(documentTasks)
    .innerJoin(tasks, eq(tasks.taskId, documentTasks.taskId))
    .where(eq(documentTasks.documentId, documentId));
  const own = createdBy === null ? [] : [createdBy];
  if (links.length === 0) return { ...EVERYBODY, userIds: own };
  const present = links.flatMap(({ taskId, deletedAt }) => (deletedAt === null ? [taskId] : []));
  const audiences = (await factsOf(db, present)).map(audienceOfTask);
  return {
    isPublic: audiences.some(({ isPublic }) => isPublic),
    teamIds: [...new Set(audiences.flatMap(({ teamIds }) => teamIds))],
    userIds: [...new Set([...own, ...audiences.flatMap(({ userIds }) => userIds)])],
    taskId: null,
  };
}

/** Who may see an agent session; the same rule as `isSessionVisible`. */
export async function audienceOfSession(
  db: Db,
  session: {
    readonly executionMode: string;
    readonly taskId: string | null;
    readonly initiatedByUserId: string;
    readonly ownerUserId: string | null;
  },
): Promise<Audience> {
  const { executionMode, taskId, initiatedByUserId, ownerUserId } = session;
  const own = [initiatedByUserId, ...(ownerUserId === null ? [] : [ownerUserId])];
  if (executionMode !== "cloud") return { ...EVERYBODY, isPublic: false, userIds: own };
  if (taskId === null) return { ...EVERYBODY, userIds: own };
  const seen = (await factsOf(db, [taskId])).map(audienceOfTask);
  return {
    isPublic: seen.some(({ isPublic }) => isPublic),
    teamIds: seen.flatMap(({ teamIds }) => teamIds),
    userIds: [...new Set([...own, ...seen.flatMap(({ userIds }) => userIds)])],
    taskId: null,
  };
}

/** Who may see a team and its invitations: its members, and the owners of the workspace. */
export function audienceOfTeam(teamId: string): Audience {
  return { isPublic: false, teamIds: [teamId], userIds: [], taskId: null };
}

/** The same, for a team that is about to be deleted: nobody will be its member then. */
export async function lastAudienceOfTeam(db: Db, teamId: string): Promise<Audience> {
  const members = await db
    .select({ userId: teamMembers.userId })
    .from(teamMembers)
    .where(eq(teamMembers.teamId, teamId))
    .orderBy(asc(teamMembers.userId));
  return { ...audienceOfTeam(teamId), userIds: members.map(({ userId }) => userId) };
}

/** What decides who may see tasks, of those that are not deleted. */
async function factsOf(db: Db, taskIds: readonly string[]): Promise<TaskFacts[]> {
  if (taskIds.length === 0) return [];
  return rowsOf<TaskFacts>(
    db,
    sql`
    select task.task_id as "taskId", task.visibility, task.user_id as "userId",
      (select coalesce(json_agg(own.team_id order by own.position), '[]')
        from ${taskTeams} own where own.task_id = task.task_id) as "teamIds",
      (select coalesce(json_agg(json_build_object('userId', own.user_id) order by own.position), '[]')
        from ${taskContributors} own where own.task_id = task.task_id) as "contributors"
    from ${tasks} task where task.task_id in ${[...taskIds]} and task.deleted_at is null`,
  );
}
