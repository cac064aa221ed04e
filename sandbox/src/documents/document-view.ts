import type { Document, DocumentSummary } from "@workspace-api/server";
import { and, asc, eq, exists, inArray, notExists, or, sql, type SQL } from "drizzle-orm";

import type { Caller, Context } from "../context.js";
import type { Db } from "../database/open.js";
import { documents, documentTasks, tasks } from "../database/schema.js";
import { excerptOf } from "../tasks/excerpt.js";
import { isVisibleTo } from "../tasks/visibility.js";

export type DocumentRow = typeof documents.$inferSelect;

const EXCERPT = 280;

/** Which documents a caller may see: their own, those about no task, and those about a task that they may see. */
export function isDocumentVisible(db: Db, caller: Caller): SQL | undefined {
  const isThere = eq(documents.workspaceId, caller.workspaceId);
  if (caller.kind === "key") return isThere;
  const links = db
    .select({ one: sql`1` })
    .from(documentTasks)
    .where(eq(documentTasks.documentId, documents.documentId));
  const seen = db
    .select({ one: sql`1` })
    .from(documentTasks)
    .innerJoin(tasks, eq(tasks.taskId, documentTasks.taskId))
    .where(and(eq(documentTasks.documentId, documents.documentId), isVisibleTo(db, caller)));
  return and(isThere, or(eq(documents.createdBy, caller.userId), notExists(links), exists(seen)));
}

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
    .where(and(eq(documents.documentId, documentId), isDocumentVisible(db, caller)));
  const [row] = isLocked ? await query.for("update") : await query;
  return row;
}

/** Documents in short form, in the order given, each with those of its tasks that the caller may see. */
export async function summariesOf(
  { db, caller }: Context,
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
          .where(and(inArray(documentTasks.documentId, ids), isVisibleTo(db, caller)))
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

/** Tells the workspace's webhooks what happened to a document. */
export async function emitDocument(
  context: Context,
  type: "document.created" | "document.updated" | "document.deleted",
  row: DocumentRow,
): Promise<void> {
  const { documentId, workspaceId } = row;
  const [document] = await summariesOf(context, [row]);
  const taskIds = document?.taskIds ?? [];
  const resource = { type: "document", id: documentId, workspaceId, documentId, taskIds };
  await context.emit({ type, subject: documentId, data: { resource, document } });
}
