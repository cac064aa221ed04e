import { eq } from "drizzle-orm";

import type { Context } from "../context.js";
import { documents, documentTasks, tasks } from "../database/schema.js";
import type { TaskRow } from "./task-view.js";

/** Sets a task's description where it belongs: an initiative's into its document, which is created when needed. */
export async function writeDescription(context: Context, row: TaskRow, text: string | null): Promise<void> {
  const { db } = context;
  const documentId =
    row.documentId ?? (row.scope === "initiative" && text !== null ? await addDocument(context, row) : null);
  if (documentId === null) {
    await db.update(tasks).set({ description: text }).where(eq(tasks.taskId, row.taskId));
    return;
  }
  const [document] = await db
    .select()
    .from(documents)
    .where(eq(documents.documentId, documentId))
    .for("update");
  // A document that was deleted takes the description with it; the next one makes another.
  if (!document) return writeDescription(context, { ...row, documentId: null }, text);
  await db
    .update(documents)
    .set({
      content: text ?? "",
      updatedBy: context.userId,
      updatedAt: context.now(),
      version: document.version + 1,
    })
    .where(eq(documents.documentId, documentId));
}

async function addDocument(context: Context, { taskId, workspaceId, title }: TaskRow): Promise<string> {
  const { db } = context;
  const documentId = context.newId("document");
  const now = context.now();
  await db.insert(documents).values({
    documentId,
    workspaceId,
    title,
    type: "task",
    status: "draft",
    content: "",
    createdBy: context.userId,
    updatedBy: context.userId,
    createdAt: now,
    updatedAt: now,
  });
  await db.insert(documentTasks).values({ workspaceId, documentId, taskId, position: 0 });
  await db.update(tasks).set({ documentId, description: null }).where(eq(tasks.taskId, taskId));
  return documentId;
}
