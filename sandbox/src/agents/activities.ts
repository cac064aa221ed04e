import type { Activity } from "@workspace-api/server";

import type { Context } from "../context.js";
import { activities } from "../database/schema.js";
import { activityOf, type ActivityRow, type ClaimRow } from "./session-view.js";

/** What a report says, by its type. */
export type Report =
  | { readonly type: "progress" | "completion" | "failure" | "policy"; readonly text: string }
  | { readonly type: "plan"; readonly steps: { text: string; done: boolean }[] }
  | { readonly type: "url"; readonly url: string };

/** Adds a report under a live claim. */
export async function addActivity(context: Context, claim: ClaimRow, report: Report): Promise<Activity> {
  const { workspaceId, sessionId, claimId } = claim;
  const row: ActivityRow = {
    activityId: context.newId("activity"),
    workspaceId,
    sessionId,
    claimId,
    type: report.type,
    text: "text" in report ? report.text : null,
    url: "url" in report ? report.url : null,
    steps: "steps" in report ? report.steps : null,
    createdAt: context.now(),
  };
  await context.db.insert(activities).values(row);
  return activityOf(row);
}
