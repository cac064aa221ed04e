import type { Document, DocumentSummary } from "@workspace-api/server";
import { and, asc, eq, inArray } from "drizzle-orm";

import type { Context } from "../context.js";
import { documents, documentTasks, tasks } from "../database/schema.js";
import { excerptOf } from "../tasks/excerpt.js";
import { audienceOfDocument } from "../visibility/audience.js";
import { isDocumentVisible } from "../visibility/documents.js";
import { isTaskVisible } from "../visibility/tasks.js";
import { wholeWorkspace } from "../visibility/viewers.js";

export type DocumentRow = typeof documents.$inferSelect;

const EXCERPT = 280;

/** A document that the caller may see; locked if it is to be changed. */
export async function findDocument(
  { db, caller }: Context,
  documentId: string,
  isLocked = false,
): Promise<DocumentRow | undefined> {
  // First the initiative that it describes, which changes with it: whoever changes that locks both in this order too.
  if (isLocked)
    await db
      .select({ taskId: tasks.taskId })
      .from(tasks)
      .where(and(eq(tasks.workspaceId, caller.workspaceId), eq(tasks.documentId, documentId)))
      .for("update");
  const query = db
    .select()
    .from(documents)
    .where(and(eq(documents.documentId, documentId), isDocumentVisible(caller)));
  const [row] = isLocked ? await query.for("update") : await query;
  return row;
}

/** Documents in short form, in the order given, each with those of its tasks that the caller may see. */
export async function summariesOf(
  { db, caller }: Pick<Context, "db" | "caller">,
  rows: readonly DocumentRow[],
  includeContent = false,
): Promise<DocumentSummary[]> {
  const ids = rows.map(({ documentId }) => documentId);
  const links =
    ids.length === 0
      ? []
      : await db
          .select({ documentId: documentTasks.documentId, taskId: documentTasks.taskId })
          .from(documentTasks)
          .innerJoin(tasks, eq(tasks.taskId, documentTasks.taskId))
          .where(and(inArray(documentTasks.documentId, ids), isTaskVisible(caller)))
          .orderBy(asc(documentTasks.position), asc(documentTasks.taskId));
  return rows.map((row) => ({
    documentId: row.documentId,
    workspaceId: row.workspaceId,
    title: row.title,
    type: row.type,
    status: row.status,
    excerpt: excerptOf(row.content, EXCERPT),
    ...(includeContent && { content: row.content }),
    taskIds: links.flatMap(({ documentId, taskId }) => (documentId === row.documentId ? [taskId] : [])),
    createdBy: row.createdBy,
    updatedBy: row.updatedBy,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  }));
}

/** A document with its text. */
export async function documentOf(context: Context, row: DocumentRow): Promise<Document> {
  const [summary] = await summariesOf(context, [row]);
  if (!summary) throw new Error("A document has a summary.");
  return { ...summary, content: row.content };
}

/** Tells what happened to a document, which is there still, with all its tasks: who sees the event sees fewer. */
export async function emitDocument(
  context: Context,
  type: "document.created" | "document.updated" | "document.deleted",
  row: DocumentRow,
): Promise<void> {
  const { documentId, workspaceId } = row;
  const audience = await audienceOfDocument(context.db, row);
  const [document] = await summariesOf({ db: context.db, caller: wholeWorkspace(workspaceId) }, [row]);
  const taskIds = document?.taskIds ?? [];
  const resource = { type: "document", id: documentId, workspaceId, documentId, taskIds };
  await context.emit({ type, subject: documentId, data: { resource, document }, audience });
}
