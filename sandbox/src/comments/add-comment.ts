import type { Comment, CommentCreate } from "@workspace-api/server";

import type { Context } from "../context.js";
import { comments } from "../database/schema.js";
import { commentsOf, emitComment } from "./comment-view.js";

/** Adds a comment to a task, and tells of it. */
export async function addComment(
  context: Context,
  { taskId, workspaceId }: { readonly taskId: string; readonly workspaceId: string },
  input: CommentCreate,
): Promise<Comment> {
  const now = context.now();
  const row = {
    commentId: context.newId("comment"),
    workspaceId,
    taskId,
    userId: context.userId,
    content: input.content,
    source: input.source ?? null,
    parentCommentId: input.parentCommentId ?? null,
    createdAt: now,
    updatedAt: now,
    editedAt: null,
    version: 1,
  };
  await context.db.insert(comments).values(row);
  const [comment] = await commentsOf(context.db, [row]);
  if (!comment) throw new Error("A comment that was added is there.");
  await emitComment(context, "comment.created", workspaceId, comment);
  return comment;
}
