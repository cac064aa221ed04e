import type { Comment, CommentReaction } from "@workspace-api/server";
import { asc, inArray } from "drizzle-orm";

import type { Context } from "../context.js";
import type { Db } from "../database/open.js";
import { commentReactions, type comments } from "../database/schema.js";
import { audienceOfTaskId } from "../visibility/audience.js";

export type CommentRow = typeof comments.$inferSelect;

/** Comments with their reactions, in the order given. */
export async function commentsOf(db: Db, rows: readonly CommentRow[]): Promise<Comment[]> {
  const reactions = await reactionsOf(
    db,
    rows.map(({ commentId }) => commentId),
  );
  return rows.map((row) => ({
    commentId: row.commentId,
    taskId: row.taskId,
    userId: row.userId,
    content: row.content,
    source: row.source,
    parentCommentId: row.parentCommentId,
    reactions: reactions.get(row.commentId) ?? [],
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    editedAt: row.editedAt === null ? null : row.editedAt.toISOString(),
  }));
}

/** The reactions to comments, in the order in which each emoji was first used. */
export async function reactionsOf(
  db: Db,
  commentIds: readonly string[],
): Promise<Map<string, CommentReaction[]>> {
  if (commentIds.length === 0) return new Map();
  const rows = await db
    .select()
    .from(commentReactions)
    .where(inArray(commentReactions.commentId, [...commentIds]))
    .orderBy(asc(commentReactions.createdAt), asc(commentReactions.userId));
  const reactions = new Map<string, CommentReaction[]>();
  for (const { commentId, emoji, userId } of rows) {
    const list = reactions.get(commentId) ?? [];
    const known = list.find((reaction) => reaction.emoji === emoji);
    if (known) known.userIds.push(userId);
    else list.push({ emoji, userIds: [userId] });
    reactions.set(commentId, list);
  }
  return reactions;
}

/** Tells what happened to a comment. */
export async function emitComment(
  context: Context,
  type: "comment.created" | "comment.updated" | "comment.deleted",
  workspaceId: string,
  comment: Comment,
): Promise<void> {
  const { commentId, taskId } = comment;
  const resource = { type: "comment", id: commentId, workspaceId, taskId, commentId };
  const audience = await audienceOfTaskId(context.db, taskId);
  await context.emit({ type, subject: commentId, data: { resource, comment }, audience });
}
