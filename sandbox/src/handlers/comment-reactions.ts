import type { Fail, Handlers } from "@workspace-api/server";
import { and, eq } from "drizzle-orm";

import { reactionsOf, type CommentRow } from "../comments/comment-view.js";
import type { Context } from "../context.js";
import { commentReactions, comments } from "../database/schema.js";
import { audienceOfTaskId } from "../visibility/audience.js";
import { find } from "./comments.js";

export const commentReactionHandlers = {
  async addCommentReaction({ path, fail }, context) {
    const { db } = context;
    const userId = reactor(context, fail);
    assertEmoji(path.emoji, fail);
    const row = await find(context, path, fail, true);
    const { commentId, workspaceId } = row;
    const added = await db
      .insert(commentReactions)
      .values({ workspaceId, commentId, userId, emoji: path.emoji, createdAt: context.now() })
      .onConflictDoNothing()
      .returning();
    if (added.length > 0) await tell(context, "comment.reaction_added", row, path.emoji, userId);
    const reactions = (await reactionsOf(db, [commentId])).get(commentId) ?? [];
    const body = reactions.find(({ emoji }) => emoji === path.emoji);
    return { status: 200, body: body ?? { emoji: path.emoji, userIds: [userId] } };
  },

  async removeCommentReaction({ path, fail }, context) {
    const { db } = context;
    const userId = reactor(context, fail);
    assertEmoji(path.emoji, fail);
    const row = await find(context, path, fail, true);
    const removed = await db
      .delete(commentReactions)
      .where(
        and(
          eq(commentReactions.commentId, row.commentId),
          eq(commentReactions.userId, userId),
          eq(commentReactions.emoji, path.emoji),
        ),
      )
      .returning();
    if (removed.length > 0) await tell(context, "comment.reaction_removed", row, path.emoji, userId);
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;

/** A reaction belongs to a person. */
function reactor({ userId }: Context, fail: Fail<"oauth_required">): string {
  if (userId === null) throw fail("oauth_required");
  return userId;
}

/** How an emoji begins: with a picture, as a flag, or as a key. */
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3)/u;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

function assertEmoji(text: string, fail: Fail<"invalid_parameter">): void {
  const isOne = [...segmenter.segment(text)].length === 1;
  if (isOne && EMOJI.test(text)) return;
  const message = "Must be one emoji.";
  throw fail("invalid_parameter", message, {
    errors: [{ pointer: "/path/emoji", code: "format", message }],
  });
}

async function tell(
  context: Context,
  type: "comment.reaction_added" | "comment.reaction_removed",
  { commentId, taskId, workspaceId, version }: CommentRow,
  emoji: string,
  userId: string,
): Promise<void> {
  const change = { updatedAt: context.now(), version: version + 1 };
  await context.db.update(comments).set(change).where(eq(comments.commentId, commentId));
  const resource = { type: "comment", id: commentId, workspaceId, taskId, commentId };
  const data = { resource, commentReaction: { commentId, emoji, userId } };
  const audience = await audienceOfTaskId(context.db, taskId);
  await context.emit({ type, subject: commentId, data, audience });
}
