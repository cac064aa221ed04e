import { after, DAY, HOUR, MINUTE } from "../clock.js";
import type { Db } from "../database/open.js";
import { activities, agentSessions, claims } from "../database/schema.js";
import { hashSecret } from "../auth/secrets.js";
import { WORKSPACE } from "./people.js";

/** Sessions of the seeded agent: one that waits for a worker, one that was done, and one that went wrong. */
export async function seedSessions(tx: Db, now: Date): Promise<void> {
  const usual = {
    workspaceId: WORKSPACE,
    agentId: "agt_fixer",
    executionMode: "local" as const,
    initiatedByUserId: "u_bo",
    ownerUserId: "u_bo",
  };
  const times = (createdAt: Date, minutes: number) => {
    const finishedAt = after(createdAt, minutes * MINUTE);
    return { createdAt, startedAt: after(createdAt, MINUTE), finishedAt, updatedAt: finishedAt };
  };
  const [waitingSince, done, wrong] = [after(now, -2 * MINUTE), after(now, -5 * DAY), after(now, -26 * HOUR)];
  await tx.insert(agentSessions).values([
    {
      ...usual,
      sessionId: "ses_8Lp2",
      state: "queued",
      taskId: "tsk_4fJ2",
      prompt: "Find out why the total is wrong, and mend it.",
      createdAt: waitingSince,
      updatedAt: waitingSince,
    },
    {
      ...usual,
      sessionId: "ses_4Qw9",
      state: "complete",
      taskId: "tsk_7mNa",
      prompt: "Add a timer to each step of the checkout.",
      plan: [
        { text: "Find the steps", done: true },
        { text: "Time each, and send the times", done: true },
      ],
      externalUrl: "https://code.example/shop/pull/38",
      version: 4,
      ...times(done, 22),
    },
    {
      ...usual,
      sessionId: "ses_7Nd3",
      state: "error",
      taskId: "tsk_3rVn",
      prompt: "Leave out of the search what is sold out.",
      errorMessage: "The index of the search cannot be reached from here.",
      version: 3,
      ...times(wrong, 3),
    },
  ]);
  await seedReports(tx, "ses_4Qw9", "clm_4Qw9", done, [
    { type: "plan", steps: [{ text: "Find the steps", done: false }] },
    { type: "progress", text: "There are four steps; three of them have no timer." },
    { type: "url", url: "https://code.example/shop/pull/38" },
    { type: "completion", text: "Each step sends how long it took." },
  ]);
  await seedReports(tx, "ses_7Nd3", "clm_7Nd3", wrong, [
    { type: "failure", text: "The index of the search cannot be reached from here." },
  ]);
}

type NewReport = Pick<typeof activities.$inferInsert, "type" | "text" | "url" | "steps">;

/** What a worker reported under one lease, which has ended with the last report. */
async function seedReports(
  tx: Db,
  sessionId: string,
  claimId: string,
  since: Date,
  reports: readonly NewReport[],
): Promise<void> {
  const minutes = (count: number): Date => after(since, count * MINUTE);
  await tx.insert(claims).values({
    claimId,
    workspaceId: WORKSPACE,
    sessionId,
    workerId: "wrk_mac1",
    state: reports.at(-1)?.type === "failure" ? "failed" : "completed",
    tokenHash: hashSecret(`nobody has it ${claimId}`),
    createdAt: minutes(1),
    expiresAt: minutes(reports.length + 3),
    endedAt: minutes(reports.length + 1),
  });
  await tx.insert(activities).values(
    reports.map((report, index) => ({
      activityId: `act_${sessionId.slice(4)}${index + 1}`,
      workspaceId: WORKSPACE,
      sessionId,
      claimId,
      createdAt: minutes(index + 2),
      ...report,
    })),
  );
}
