import { eq } from "drizzle-orm";

import type { Context } from "../context.js";
import { documents, documentTasks, tasks } from "../database/schema.js";
import { emitDocument, type DocumentRow } from "../documents/document-view.js";
import type { TaskRow } from "./task-view.js";

/** Sets a task's description where it belongs: an initiative's into its document, which is created when needed. */
export async function writeDescription(context: Context, row: TaskRow, text: string | null): Promise<void> {
  const { db } = context;
  if (row.documentId === null) {
    if (row.scope === "initiative" && text !== null) return addDocument(context, row, text);
    await db.update(tasks).set({ description: text }).where(eq(tasks.taskId, row.taskId));
    return;
  }
  const isIt = eq(documents.documentId, row.documentId);
  const [document] = await db.select().from(documents).where(isIt).for("update");
  // A document that was deleted takes the description with it; the next one makes another.
  if (!document) return writeDescription(context, { ...row, documentId: null }, text);
  const content = text ?? "";
  if (content === document.content) return;
  const version = document.version + 1;
  const changed = { ...document, content, updatedBy: context.userId, updatedAt: context.now(), version };
  await db.update(documents).set(changed).where(isIt);
  await emitDocument(context, "document.updated", changed);
}

async function addDocument(
  context: Context,
  { taskId, workspaceId, title }: TaskRow,
  content: string,
): Promise<void> {
  const { db, userId } = context;
  const documentId = context.newId("document");
  const now = context.now();
  const row: DocumentRow = {
    documentId,
    workspaceId,
    title,
    type: "task",
    status: "draft",
    content,
    createdBy: userId,
    updatedBy: userId,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  await db.insert(documents).values(row);
  await db.insert(documentTasks).values({ workspaceId, documentId, taskId, position: 0 });
  await db.update(tasks).set({ documentId, description: null }).where(eq(tasks.taskId, taskId));
  await emitDocument(context, "document.created", row);
}
