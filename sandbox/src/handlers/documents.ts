import type { Document, Fail, Handlers } from "@workspace-api/server";
import { and, eq, exists, inArray, isNull, sql } from "drizzle-orm";

import type { Context } from "../context.js";
import { pageOf, type Order } from "../database/keyset.js";
import { listingOf } from "../database/listing.js";
import { documents, documentTasks, tasks, taskTeams } from "../database/schema.js";
import { isIn } from "../database/times.js";
import {
  documentOf,
  emitDocument,
  findDocument,
  summariesOf,
  type DocumentRow,
} from "../documents/document-view.js";
import { findTask } from "../tasks/find-task.js";
import { assertLength, patchText, refuseConflict } from "../tasks/text-patch.js";
import { touch } from "../tasks/update-task.js";
import { mayChange } from "../tasks/may-change.js";
import { isDocumentVisible } from "../visibility/documents.js";
import { isTaskVisible } from "../visibility/tasks.js";

export const documentHandlers = {
  async listDocuments({ query, fail }, context) {
    const { db, caller } = context;
    const order = orderOf(query.sort);
    const { type, status, taskId, createdBy, updatedBy, limit } = query;
    const after = context.positionOf(query.cursor, fail);
    if (taskId !== undefined && !(await findTask(context, taskId)))
      return { status: 200, body: { documents: [], nextCursor: null } };
    const links = db
      .select({ one: sql`1` })
      .from(documentTasks)
      .where(and(eq(documentTasks.documentId, documents.documentId), eq(documentTasks.taskId, taskId ?? "")));
    const listing = await listingOf(context, order, after);
    const rows = await db
      .select({ document: documents, sortKey: listing.sortKey })
      .from(documents)
      .where(
        and(
          isDocumentVisible(caller),
          query.query === undefined
            ? undefined
            : sql`position(lower(${query.query}) in lower(${documents.title})) > 0`,
          type && inArray(documents.type, type),
          status && inArray(documents.status, status),
          taskId === undefined ? undefined : exists(links),
          createdBy === undefined ? undefined : eq(documents.createdBy, createdBy),
          updatedBy === undefined ? undefined : eq(documents.updatedBy, updatedBy),
          isIn(query, documents),
          listing.isAfter,
        ),
      )
      .orderBy(listing.orderBy)
      .limit(limit + 1);
    const { page, next: last } = pageOf(rows, limit, ({ document }) => document.documentId);
    const found = page.map(({ document }) => document);
    const next = await listing.nextOf(last);
    const items = await summariesOf(context, found, query.includeContent);
    return { status: 200, body: { documents: items, nextCursor: context.cursorOf(next) } };
  },

  async createDocument({ body, fail }, context) {
    const now = context.now();
    const row: DocumentRow = {
      documentId: context.newId("document"),
      workspaceId: context.caller.workspaceId,
      title: body.title,
      type: body.type,
      status: body.status ?? "draft",
      content: body.content ?? "",
      createdBy: context.userId,
      updatedBy: context.userId,
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
    await assertTasks(context, body.taskIds ?? [], fail);
    await assertMayWrite(context, body.taskIds ?? [], fail);
    await context.db.insert(documents).values(row);
    await link(context, row, body.taskIds ?? []);
    await emitDocument(context, "document.created", row);
    return { status: 201, body: await documentOf(context, row) };
  },

  async fetchDocument({ path, fail }, context) {
    return { status: 200, body: await documentOf(context, await mustFind(context, path, fail)) };
  },

  async updateDocument({ path, body, fail }, context) {
    const row = await mustFind(context, path, fail, true);
    const before = await documentOf(context, row);
    await assertMayWrite(context, before.taskIds, fail);
    context.assertMatch(before, fail);
    const { taskIds, ...members } = body;
    if (taskIds) {
      await assertTasks(context, taskIds, fail);
      const added = taskIds.filter((taskId) => !before.taskIds.includes(taskId));
      await assertMayWrite(context, added, fail);
      await unlink(context, row);
      await link(context, row, taskIds);
    }
    return { status: 200, body: await write(context, before, { ...row, ...members }) };
  },

  async deleteDocument({ path, fail }, context) {
    const { db, caller } = context;
    const row = await mustFind(context, path, fail, true);
    const mayDelete = caller.kind === "key" || caller.role !== "member" || row.createdBy === caller.userId;
    if (!mayDelete)
      throw fail("permission_denied", "Members may delete only the documents that they created.");
    context.assertMatch(await documentOf(context, row), fail);
    await emitDocument(context, "document.deleted", row);
    const described = await initiativesOf(context, row);
    await db.update(tasks).set({ documentId: null }).where(eq(tasks.documentId, row.documentId));
    await db.delete(documents).where(eq(documents.documentId, row.documentId));
    if (row.content !== "") for (const taskId of described) await touch(context, taskId);
    return { status: 204 };
  },

  async patchDocument({ path, body, fail }, context) {
    const row = await mustFind(context, path, fail, true);
    const before = await documentOf(context, row);
    await assertMayWrite(context, before.taskIds, fail);
    const content = patchText(row.content, body.ops);
    if (typeof content !== "string") return refuseConflict(content, fail);
    assertLength(content, fail);
    return { status: 200, body: await write(context, before, { ...row, content }) };
  },
} satisfies Partial<Handlers<Context>>;

function orderOf(sort: string): Order {
  const isDescending = sort.startsWith("-");
  const id = documents.documentId;
  if (sort.endsWith("createdAt")) return { key: documents.createdAt, id, type: "timestamptz", isDescending };
  const moved = { id, isDescending, movedBy: "document" } as const;
  if (sort.endsWith("title")) return { ...moved, key: documents.title, type: "text" };
  return { ...moved, key: documents.updatedAt, type: "timestamptz" };
}

/** Writes a locked document and tells of it, if anything changed. */
async function write(context: Context, before: Document, row: DocumentRow): Promise<Document> {
  const unchanged = await documentOf(context, row);
  if (JSON.stringify(unchanged) === JSON.stringify(before)) return before;
  const after: DocumentRow = {
    ...row,
    updatedBy: context.userId,
    updatedAt: context.now(),
    version: row.version + 1,
  };
  await context.db.update(documents).set(after).where(eq(documents.documentId, row.documentId));
  await emitDocument(context, "document.updated", after);
  if (row.content !== before.content)
    for (const taskId of await initiativesOf(context, row)) await touch(context, taskId);
  return documentOf(context, after);
}

/** The initiatives whose description a document holds: none, or one. */
async function initiativesOf({ db }: Context, { documentId }: DocumentRow): Promise<string[]> {
  const rows = await db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(and(eq(tasks.documentId, documentId), isNull(tasks.deletedAt)));
  return rows.map(({ taskId }) => taskId);
}

async function assertTasks(
  { db, caller }: Context,
  taskIds: readonly string[],
  fail: Fail<"validation_failed">,
): Promise<void> {
  if (taskIds.length === 0) return;
  const rows = await db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(and(inArray(tasks.taskId, [...taskIds]), isTaskVisible(caller)));
  const visible = new Set(rows.map(({ taskId }) => taskId));
  const errors = taskIds.flatMap((taskId, index) =>
    visible.has(taskId)
      ? []
      : [{ pointer: `/taskIds/${index}`, code: "not_found", message: "There is no such task." }],
  );
  if (errors.length > 0) throw fail("validation_failed", undefined, { errors });
}

/** Observers of a team may not write about its tasks. */
async function assertMayWrite(
  { db, caller }: Context,
  taskIds: readonly string[],
  fail: Fail<"permission_denied">,
): Promise<void> {
  if (taskIds.length === 0) return;
  const rows = await db
    .select({ teamId: taskTeams.teamId })
    .from(taskTeams)
    .where(inArray(taskTeams.taskId, [...taskIds]));
  const teamIds = rows.map(({ teamId }) => teamId);
  if (!(await mayChange(db, caller, teamIds)))
    throw fail("permission_denied", "Observers of a team may not write about its tasks.");
}

async function link(
  { db }: Context,
  { documentId, workspaceId }: DocumentRow,
  taskIds: readonly string[],
): Promise<void> {
  if (taskIds.length === 0) return;
  const links = [...new Set(taskIds)].map((taskId, position) => ({
    workspaceId,
    documentId,
    taskId,
    position,
  }));
  await db.insert(documentTasks).values(links).onConflictDoNothing();
}

/** Takes away the links to tasks that the caller may see: what they cannot see, they cannot mean. */
async function unlink({ db, caller }: Context, { documentId }: DocumentRow): Promise<void> {
  const seen = db.select({ taskId: tasks.taskId }).from(tasks).where(isTaskVisible(caller));
  await db
    .delete(documentTasks)
    .where(and(eq(documentTasks.documentId, documentId), inArray(documentTasks.taskId, seen)));
}

async function mustFind(
  context: Context,
  { documentId }: { readonly documentId: string },
  fail: Fail<"document_not_found">,
  isLocked = false,
): Promise<DocumentRow> {
  const row = await findDocument(context, documentId, isLocked);
  if (!row) throw fail("document_not_found", `There is no document ${documentId}.`);
  return row;
}
