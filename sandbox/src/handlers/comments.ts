import type { Comment, Fail, Handlers } from "@workspace-api/server";
import { and, asc, eq, exists, inArray, or, sql, type SQL } from "drizzle-orm";

import { addComment } from "../comments/add-comment.js";
import { commentsOf, emitComment, type CommentRow } from "../comments/comment-view.js";
import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { comments, tasks } from "../database/schema.js";
import { isIn } from "../database/times.js";
import type { Position } from "../http/pages.js";
import { findTask } from "../tasks/find-task.js";
import { assertMayChange } from "../tasks/may-change.js";
import { isTaskVisible } from "../visibility/tasks.js";
import { noTask } from "./tasks.js";

export const commentHandlers = {
  async listComments({ path, query, fail }, context) {
    const after = context.positionOf(query.cursor, fail);
    if (!(await findTask(context, path.taskId))) return noTask(fail, path.taskId);
    const { parentCommentId } = query;
    const where = and(
      eq(comments.taskId, path.taskId),
      parentCommentId === undefined ? undefined : eq(comments.parentCommentId, parentCommentId),
    );
    return pageOfComments(context, where, query, after);
  },

  async listWorkspaceComments({ query, fail }, context) {
    const { db, caller } = context;
    const after = context.positionOf(query.cursor, fail);
    const task = db
      .select({ one: sql`1` })
      .from(tasks)
      .where(and(eq(tasks.taskId, comments.taskId), isTaskVisible(caller)));
    const where = and(
      eq(comments.workspaceId, caller.workspaceId),
      exists(task),
      query.userId && inArray(comments.userId, query.userId),
      isIn(query, comments),
    );
    return pageOfComments(context, where, query, after);
  },

  async createComment({ path, body, fail }, context) {
    const task = (await findTask(context, path.taskId)) ?? noTask(fail, path.taskId);
    await assertMayChange(context, path.taskId, fail);
    const { parentCommentId } = body;
    if (typeof parentCommentId === "string") {
      // It is not deleted meanwhile.
      const parent = await rowOf(context, path.taskId, parentCommentId, true);
      if (!parent || parent.parentCommentId !== null) {
        const message = parent ? "A reply cannot be replied to." : "The task has no such comment.";
        const code = parent ? "not_allowed" : "not_found";
        throw fail("validation_failed", undefined, {
          errors: [{ pointer: "/parentCommentId", code, message }],
        });
      }
    }
    return { status: 201, body: await addComment(context, task, body) };
  },

  async fetchComment({ path, fail }, context) {
    return { status: 200, body: await viewOf(context, await find(context, path, fail)) };
  },

  async updateComment({ path, body, fail }, context) {
    const { db, caller } = context;
    const row = await find(context, path, fail, true);
    if (caller.kind === "member" && row.userId !== caller.userId)
      throw fail("permission_denied", "Members may edit only their own comments.");
    const before = await viewOf(context, row);
    context.assertMatch(before, fail);
    const { content = row.content } = body;
    if (content === row.content) return { status: 200, body: before };
    const now = context.now();
    const changes = { content, updatedAt: now, editedAt: now, version: row.version + 1 };
    await db.update(comments).set(changes).where(eq(comments.commentId, row.commentId));
    const after = await viewOf(context, { ...row, ...changes });
    await emitComment(context, "comment.updated", row.workspaceId, after);
    return { status: 200, body: after };
  },

  async deleteComment({ path, fail }, context) {
    const { db, caller } = context;
    const row = await find(context, path, fail, true);
    const mayDelete = caller.kind === "key" || caller.role !== "member" || row.userId === caller.userId;
    if (!mayDelete) throw fail("permission_denied", "Members may delete only their own comments.");
    context.assertMatch(await viewOf(context, row), fail);
    const isGone = or(eq(comments.commentId, row.commentId), eq(comments.parentCommentId, row.commentId));
    const gone = await db
      .select()
      .from(comments)
      .where(isGone)
      .orderBy(asc(comments.createdAt))
      .for("update");
    const views = await commentsOf(db, gone);
    await db.delete(comments).where(isGone);
    for (const view of views) await emitComment(context, "comment.deleted", row.workspaceId, view);
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;

/** One page of comments, in the order of their creation, which never changes. */
async function pageOfComments(
  context: Context,
  where: SQL | undefined,
  { sort, limit }: { readonly sort: string; readonly limit: number },
  after: Position | undefined,
) {
  const { db } = context;
  const isDescending = sort === "-createdAt";
  const order: Order = { key: comments.createdAt, id: comments.commentId, type: "timestamptz", isDescending };
  const rows = await db
    .select({ comment: comments, sortKey: sortKeyOf(order) })
    .from(comments)
    .where(and(where, isAfter(order, after)))
    .orderBy(inOrder(order))
    .limit(limit + 1);
  const { page, next } = pageOf(rows, limit, ({ comment }) => comment.commentId);
  const found = page.map(({ comment }) => comment);
  const body = { comments: await commentsOf(db, found), nextCursor: context.cursorOf(next) };
  return { status: 200 as const, body };
}

/** A comment on a task that the caller may see; locked if it is to be changed. */
export async function find(
  context: Context,
  path: { readonly taskId: string; readonly commentId: string },
  fail: Fail<"task_not_found" | "comment_not_found">,
  isLocked = false,
): Promise<CommentRow> {
  if (!(await findTask(context, path.taskId))) return noTask(fail, path.taskId);
  const row = await rowOf(context, path.taskId, path.commentId, isLocked);
  if (!row) throw fail("comment_not_found", `Task ${path.taskId} has no comment ${path.commentId}.`);
  return row;
}

async function rowOf(
  { db }: Context,
  taskId: string,
  commentId: string,
  isLocked = false,
): Promise<CommentRow | undefined> {
  const query = db
    .select()
    .from(comments)
    .where(and(eq(comments.taskId, taskId), eq(comments.commentId, commentId)));
  const [row] = isLocked ? await query.for("update") : await query;
  return row;
}

async function viewOf({ db }: Context, row: CommentRow): Promise<Comment> {
  const [comment] = await commentsOf(db, [row]);
  if (!comment) throw new Error("A comment that was found has a view.");
  return comment;
}
