import type { Task, TaskPage, TaskSummary } from "@workspace-api/server";

const summary: TaskSummary = {
  taskId: "tsk_01JMEASURED",
  workspaceId: "w_northwind",
  title: "Total is wrong after a coupon is removed",
  excerpt: "Remove a coupon in the basket: the total still has the discount.",
  scope: "ongoing",
  kind: "bug",
  status: "open",
  visibility: "team",
  userId: "u_bo",
  contributors: [{ userId: "u_bo", type: "assignee" }],
  teamIds: ["team_checkout"],
  taxonomyLabelIds: [],
  parentTaskId: null,
  topic: "checkout",
  workTypes: ["bug_fix"],
  deadline: null,
  completedAt: null,
  snoozedUntil: null,
  triageStatus: null,
  progress: null,
  source: "api",
  createdAt: "2026-03-02T09:30:00.000Z",
  updatedAt: "2026-03-02T09:30:00.000Z",
  version: 1,
};

/** What servers without a database answer with. */
export const task: Task = {
  ...summary,
  description: summary.excerpt,
  relations: [],
  links: [],
  labelsByType: {},
};
export const page: TaskPage = { tasks: Array.from({ length: 50 }, () => summary), nextCursor: null };
