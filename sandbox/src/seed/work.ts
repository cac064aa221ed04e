import { eq } from "drizzle-orm";

import { after, DAY, HOUR } from "../clock.js";
import type { Db } from "../database/open.js";
import {
  commentReactions,
  comments,
  deliveries,
  documents,
  documentTasks,
  events,
  records,
  recordTasks,
  taskRelations,
  tasks,
} from "../database/schema.js";
import { seedSessions } from "./agents.js";
import { OTHER_WORKSPACE, WORKSPACE } from "./people.js";
import type { Choices } from "./random.js";
import { addTasks, chores, sketches } from "./tasks.js";

/** The work of the first workspace: the same each time but for the chores, which the seed chooses. */
export async function seedWork(tx: Db, now: Date, choices: Choices): Promise<void> {
  await addTasks(tx, now, [...sketches(now), ...chores(now, choices)]);
  await tx.insert(taskRelations).values({
    workspaceId: WORKSPACE,
    taskId: "tsk_4fJ2",
    type: "blocks",
    relatedTaskId: "tsk_8bQm",
    createdAt: after(now, -DAY),
  });
  await seedTalk(tx, now);
  await seedDocuments(tx, now);
  await seedRecords(tx, now);
  await seedSessions(tx, now);
  await seedDelivery(tx, now);
}

async function seedTalk(tx: Db, now: Date): Promise<void> {
  const workspaceId = WORKSPACE;
  const taskId = "tsk_4fJ2";
  const said = (
    commentId: string,
    userId: string,
    ago: number,
    content: string,
    parentCommentId?: string,
  ) => {
    const createdAt = after(now, -ago);
    return {
      commentId,
      workspaceId,
      taskId,
      userId,
      content,
      parentCommentId,
      createdAt,
      updatedAt: createdAt,
    };
  };
  await tx
    .insert(comments)
    .values([
      said("cmt_9sPq", "u_chen", 26 * HOUR, "The total comes from the cache. I see it with *every* coupon."),
      said(
        "cmt_3kWd",
        "u_bo",
        25 * HOUR,
        "Then the cache has to go when the coupon does. I am on it.",
        "cmt_9sPq",
      ),
      said("cmt_5tYu", "u_ada", 3 * HOUR, "Please tell support when it is out."),
    ]);
  const reaction = { workspaceId, commentId: "cmt_9sPq", emoji: "👀", createdAt: after(now, -25 * HOUR) };
  await tx.insert(commentReactions).values([
    { ...reaction, userId: "u_bo" },
    { ...reaction, userId: "u_eli" },
  ]);
}

async function seedDocuments(tx: Db, now: Date): Promise<void> {
  const workspaceId = WORKSPACE;
  const written = {
    createdBy: "u_ada",
    updatedBy: "u_bo",
    createdAt: after(now, -12 * DAY),
    updatedAt: after(now, -3 * DAY),
  };
  const description = `Half of the people who leave the checkout do so while they wait. Bring the slowest tenth **under two seconds**.`;
  await tx.insert(documents).values([
    {
      documentId: "doc_r7Xw",
      workspaceId,
      title: "Cart totals",
      type: "requirement",
      status: "draft",
      content: "# Cart totals\n\nThe total is computed anew after every change of the basket.",
      ...written,
    },
    {
      documentId: "doc_cart",
      workspaceId,
      title: "Checkout in under two seconds",
      type: "task",
      status: "draft",
      content: description,
      ...written,
    },
    {
      documentId: "doc_search",
      workspaceId,
      title: "How we rank",
      type: "requirement",
      status: "completed",
      content: "# How we rank\n\n1. What is in stock\n2. What was bought together\n3. What is new",
      ...written,
    },
  ]);
  await tx.insert(documentTasks).values([
    { workspaceId, documentId: "doc_r7Xw", taskId: "tsk_2hLd", position: 0 },
    { workspaceId, documentId: "doc_cart", taskId: "tsk_2hLd", position: 0 },
  ]);
  await tx.update(tasks).set({ documentId: "doc_cart" }).where(eq(tasks.taskId, "tsk_2hLd"));
}

async function seedRecords(tx: Db, now: Date): Promise<void> {
  const workspaceId = WORKSPACE;
  const synced = { workspaceId, syncedAt: after(now, -HOUR) };
  await tx.insert(records).values([
    {
      ...synced,
      recordId: "rec_h41Zs",
      kind: "pull_request",
      provider: "code-host",
      externalId: "shop/41",
      url: "https://code.example/shop/pull/41",
      title: "Recompute the total when a coupon goes",
      state: "open",
      occurredAt: after(now, -20 * HOUR),
    },
    {
      ...synced,
      recordId: "rec_m7Tq",
      kind: "meeting",
      provider: "calendar",
      externalId: "weekly-checkout",
      url: "https://calendar.example/weekly-checkout",
      title: "Checkout weekly",
      state: null,
      teamId: "team_web",
      occurredAt: after(now, -2 * DAY),
    },
  ]);
  const link = { workspaceId, recordId: "rec_h41Zs", taskId: "tsk_4fJ2", createdAt: after(now, -19 * HOUR) };
  await tx.insert(recordTasks).values(link);
}

/** An attempt of the webhook to deliver an event. */
async function seedDelivery(tx: Db, now: Date): Promise<void> {
  const workspaceId = WORKSPACE;
  const attemptedAt = after(now, -2 * DAY);
  await tx.insert(events).values({
    eventId: "evt_61kd",
    workspaceId,
    type: "task.updated",
    subject: "tsk_4fJ2",
    data: { resource: { type: "task", id: "tsk_4fJ2", workspaceId } },
    createdAt: attemptedAt,
    dispatchedAt: attemptedAt,
  });
  await tx.insert(deliveries).values({
    deliveryId: "dlv_2Gx9",
    workspaceId,
    webhookId: "wh_ci",
    eventId: "evt_61kd",
    eventType: "task.updated",
    attempt: 1,
    delivered: false,
    status: 410,
    error: "http_status",
    latencyMs: 84,
    size: 1204,
    attemptedAt,
  });
}

export async function seedOtherWork(tx: Db, now: Date): Promise<void> {
  const list = [
    { taskId: "tsk_c0nt", title: "Weigh the samples", userId: "u_ivy", age: 3, teamIds: ["team_lab"] },
    { taskId: "tsk_c0nz", title: "Order gloves", userId: "u_ivy", age: 1, assignees: ["u_hana"] },
  ];
  await addTasks(tx, now, list, OTHER_WORKSPACE);
}
