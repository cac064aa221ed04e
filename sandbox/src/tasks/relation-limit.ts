import { count, eq } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { taskRelations } from "../database/schema.js";
import type { TaskRow } from "./task-view.js";

/** How many relations may start at a task, its parent among them. */
export const MOST_RELATIONS = 100;

/** Whether one more relation may start at a task, seen or not by the caller. */
export async function hasRoom(db: Db, { taskId, parentTaskId }: TaskRow): Promise<boolean> {
  const [others] = await db
    .select({ count: count() })
    .from(taskRelations)
    .where(eq(taskRelations.taskId, taskId));
  return (others?.count ?? 0) + (parentTaskId === null ? 0 : 1) < MOST_RELATIONS;
}
