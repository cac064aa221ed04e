import { after, DAY, HOUR } from "../clock.js";
import type { Db } from "../database/open.js";
import { taskContributors, taskLabels, tasks, taskTeams } from "../database/schema.js";
import { WORKSPACE } from "./people.js";
import type { Choices } from "./random.js";

type NewTask = typeof tasks.$inferInsert;

/** A task as it is written down here; what is left out is as usual. */
interface TaskSketch extends Partial<NewTask> {
  readonly taskId: string;
  readonly title: string;
  readonly userId: string;
  /** Days ago. */
  readonly age: number;
  readonly assignees?: readonly string[];
  readonly reporter?: string;
  readonly teamIds?: readonly string[];
  readonly labels?: readonly string[];
}

const CHORES = [
  "Answer the open reviews",
  "Write down how we roll back",
  "Look at last night's slow queries",
  "Ask support about the refund mails",
  "Tidy the board",
  "Prepare the demo",
  "Try the new image format",
  "Renew the certificate of the staging shop",
  "Count what the old endpoint is still called for",
  "Talk to Farah about the budget",
] as const;

/** The tasks that the documentation speaks of, and those around them. */
export function sketches(now: Date): TaskSketch[] {
  const bug = { kind: "bug", scope: "ongoing", triageStatus: "accepted", source: "dashboard" };
  const part = { scope: "ongoing", parentTaskId: "tsk_2hLd", teamIds: ["team_web"] };
  return [
    {
      taskId: "tsk_2hLd",
      title: "Checkout in under two seconds",
      userId: "u_ada",
      age: 50,
      scope: "initiative",
      status: "in_progress",
      deadline: after(now, 58 * DAY),
      assignees: ["u_bo"],
      teamIds: ["team_platform", "team_web"],
      labels: ["lbl_speed", "lbl_checkout"],
    },
    {
      taskId: "tsk_9Kd1",
      title: "One request for the whole basket",
      userId: "u_bo",
      age: 30,
      scope: "initiative",
      status: "planned",
      parentTaskId: "tsk_2hLd",
      teamIds: ["team_web"],
    },
    {
      taskId: "tsk_6wTz",
      title: "Search that forgives typing errors",
      userId: "u_goran",
      age: 21,
      scope: "initiative",
      status: "open",
      teamIds: ["team_search"],
      labels: ["lbl_search"],
    },
    {
      ...bug,
      taskId: "tsk_4fJ2",
      title: "Total is wrong after a coupon is removed",
      description: "Remove a coupon from the basket. The total still has the discount.",
      userId: "u_ada",
      age: 2,
      status: "in_progress",
      parentTaskId: "tsk_2hLd",
      reporter: "u_chen",
      assignees: ["u_bo"],
      teamIds: ["team_web"],
      workTypes: ["bug_fix"],
    },
    {
      ...bug,
      taskId: "tsk_5yGc",
      title: "Receipt mail has no line breaks",
      userId: "u_dara",
      age: 1,
      status: "idea",
      triageStatus: "pending",
      reporter: "u_dara",
      teamIds: ["team_web"],
    },
    {
      ...bug,
      taskId: "tsk_3rVn",
      title: "Search shows products that are sold out",
      userId: "u_hana",
      age: 4,
      status: "blocked",
      assignees: ["u_hana"],
      teamIds: ["team_search"],
    },
    {
      taskId: "tsk_1pRe",
      title: "Save a basket for later",
      userId: "u_eli",
      age: 9,
      scope: "ongoing",
      kind: "feature_request",
      status: "idea",
      triageStatus: "pending",
      teamIds: ["team_web"],
    },
    {
      ...part,
      taskId: "tsk_7mNa",
      title: "Measure each step of the checkout",
      userId: "u_bo",
      age: 20,
      status: "completed",
      completedAt: after(now, -5 * DAY),
    },
    {
      ...part,
      taskId: "tsk_7mNb",
      title: "Load the fonts after the page",
      userId: "u_eli",
      age: 14,
      status: "completed",
      completedAt: after(now, -2 * DAY),
    },
    {
      ...part,
      taskId: "tsk_7mNc",
      title: "Keep the address form out of the first view",
      userId: "u_chen",
      age: 12,
      status: "review",
    },
    {
      taskId: "tsk_8bQm",
      title: "Write the release note",
      userId: "u_bo",
      age: 1,
      visibility: "private",
      status: "open",
      topic: "release",
      workTypes: ["documentation"],
      deadline: after(now, 3 * DAY),
    },
  ];
}

/** Small things that the seed chooses. */
export function chores(now: Date, choices: Choices): TaskSketch[] {
  return CHORES.map((title) => {
    const age = 1 + choices.below(9);
    const isDone = choices.below(3) > 0;
    return {
      taskId: `tsk_${choices.id()}`,
      title,
      userId: choices.of(["u_ada", "u_bo", "u_chen", "u_dara", "u_eli", "u_goran"]),
      age,
      topic: choices.of(["upkeep", "people", "release"]),
      visibility: choices.of(["team", "team", "private"]),
      status: isDone ? "completed" : choices.of(["open", "planned", "in_progress"]),
      ...(isDone && { completedAt: after(now, -age * DAY + choices.below(20) * HOUR) }),
    };
  });
}

export async function addTasks(
  tx: Db,
  now: Date,
  list: readonly TaskSketch[],
  workspaceId = WORKSPACE,
): Promise<void> {
  await tx.insert(tasks).values(
    list.map(({ age, assignees: _a, reporter: _r, teamIds: _t, labels: _l, ...task }) => {
      const createdAt = after(now, -age * DAY);
      const updatedAt = task.completedAt ?? createdAt;
      const parentSince = task.parentTaskId === undefined ? {} : { parentSince: createdAt };
      const usual = {
        workspaceId,
        scope: "day",
        kind: "task",
        status: "open",
        visibility: "team",
        source: "api",
      };
      return { ...usual, createdBy: task.userId, createdAt, updatedAt, ...parentSince, ...task };
    }),
  );
  const people = list.flatMap(({ taskId, assignees = [], reporter }) => [
    ...(reporter === undefined ? [] : [{ taskId, userId: reporter, type: "reporter" }]),
    ...assignees.map((userId) => ({ taskId, userId, type: "assignee" })),
  ]);
  if (people.length > 0) {
    await tx
      .insert(taskContributors)
      .values(people.map((person, position) => ({ workspaceId, position, ...person })));
  }
  const ofTeams = list.flatMap(({ taskId, teamIds = [] }) =>
    teamIds.map((teamId, position) => ({ workspaceId, taskId, teamId, position })),
  );
  if (ofTeams.length > 0) await tx.insert(taskTeams).values(ofTeams);
  const labelled = list.flatMap(({ taskId, labels = [] }) =>
    labels.map((taxonomyLabelId, position) => ({ workspaceId, taskId, taxonomyLabelId, position })),
  );
  if (labelled.length > 0) await tx.insert(taskLabels).values(labelled);
}
