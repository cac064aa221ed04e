import { createHash } from "node:crypto";

import type { Fact } from "./facts.js";
import type { Identity } from "./world.js";

/** A request of a chain; what is not said here comes from the answers before it, or by chance. */
export interface Step {
  readonly operation: string;
  /** The owner, unless told. */
  readonly as?: Identity;
  readonly path?: Fact;
  /** The whole body. Ids and tokens that are left empty come from the answers before. */
  readonly body?: object;
  /** A member of the answer that is to be known by another name from here on. */
  readonly rename?: Fact;
  /** Its answer speaks of other things than the chain does. */
  readonly isAside?: boolean;
}

const BYTES = "An image, let us say.";
export const UPLOAD = { bytes: BYTES, type: "image/png" };

const TEXT = "It begins here. It ends there.";
const PATCH = { ops: [{ kind: "replace_text", target: "begins", replacement: "began" }] };
const WORKER = {
  operation: "registerWorker",
  path: { agentId: "agt_fixer" },
  body: { mode: "cloud", name: "One" },
};
const CLAIMED: readonly Step[] = [
  WORKER,
  { operation: "createAgentSession", body: { agentId: "agt_fixer", executionMode: "cloud", prompt: "Go." } },
  { operation: "claimSession" },
];

/** Ways through the states of things, that chance alone would seldom find. */
export const CHAINS: readonly (readonly Step[])[] = [
  [
    ...CLAIMED,
    { operation: "heartbeatClaim" },
    { operation: "createActivity", body: { type: "progress", claimId: "", token: "", text: "Half way." } },
    { operation: "listActivities" },
    { operation: "awaitClaimInput", body: { token: "", question: "May I?" } },
    { operation: "answerAgentSession", body: { text: "Yes." } },
    { operation: "completeClaim" },
    { operation: "archiveAgentSession" },
    { operation: "heartbeatWorker" },
    { operation: "deregisterWorker" },
  ],
  [
    ...CLAIMED,
    { operation: "failClaim", body: { token: "", errorMessage: "It broke." } },
    { operation: "retryAgentSession" },
    { operation: "cancelAgentSession" },
  ],
  [
    ...CLAIMED,
    { operation: "releaseClaim" },
    { operation: "claimSession" },
    { operation: "cancelAgentSession" },
  ],
  [
    { operation: "createTeam", as: "member" },
    { operation: "createTeamInvite", as: "member", body: { email: "ada@northwind.example", role: "member" } },
    { operation: "acceptTeamInvite" },
    { operation: "putTeamMember", as: "member", path: { userId: "u_ada" }, body: { role: "observer" } },
    { operation: "removeTeamMember", as: "member", path: { userId: "u_ada" } },
    {
      operation: "createTeamInvite",
      as: "member",
      body: { email: "new@northwind.example", role: "observer" },
    },
    { operation: "revokeTeamInvite", as: "member" },
    { operation: "updateTeam", as: "member", body: { name: "Renamed" } },
    { operation: "fetchTeamRecap", as: "member" },
    { operation: "deleteTeam", as: "member" },
  ],
  [
    {
      operation: "createTask",
      body: { title: "First", userId: "u_ada" },
      rename: { taskId: "relatedTaskId" },
    },
    { operation: "createTask", as: "key", body: { title: "Second", userId: "u_bo" } },
    { operation: "addTaskRelation", path: { type: "blocks" }, isAside: true },
    { operation: "listTaskRelations", isAside: true },
    { operation: "removeTaskRelation", path: { type: "blocks" } },
    { operation: "updateTask", body: { status: "in_progress" } },
    { operation: "snoozeTask", body: { until: "2026-06-01T00:00:00Z" } },
    { operation: "unsnoozeTask" },
    { operation: "createComment", body: { content: "Here." } },
    { operation: "addCommentReaction", as: "member", path: { emoji: "👍" } },
    { operation: "removeCommentReaction", as: "member", path: { emoji: "👍" } },
    { operation: "updateComment", body: { content: "There." } },
    { operation: "deleteComment" },
    { operation: "linkRecordTask", path: { recordId: "rec_h41Zs" } },
    { operation: "unlinkRecordTask", path: { recordId: "rec_h41Zs" } },
    { operation: "deleteTask" },
  ],
  [
    { operation: "createBug", body: { title: "It fails", userId: "u_bo", status: "idea" } },
    { operation: "decideTriage", body: { decision: "accept" } },
    { operation: "updateBug", body: { status: "planned" } },
  ],
  [
    { operation: "createInitiative", body: { title: "Better", userId: "u_ada", description: TEXT } },
    { operation: "patchTaskDescription", body: PATCH },
    { operation: "updateInitiative", body: { status: "in_progress" } },
  ],
  [
    { operation: "createDocument", body: { title: "Notes", type: "requirement", content: TEXT } },
    { operation: "patchDocument", body: PATCH },
    { operation: "updateDocument", body: { status: "completed" } },
    { operation: "deleteDocument" },
  ],
  [
    {
      operation: "createFileUpload",
      body: {
        name: "image.png",
        mediaType: UPLOAD.type,
        size: BYTES.length,
        sha256: createHash("sha256").update(BYTES).digest("hex"),
      },
    },
    { operation: "fetchFile" },
    { operation: "downloadFile" },
    { operation: "deleteFile" },
  ],
  [
    { operation: "createTaxonomyLabel" },
    { operation: "updateTaxonomyLabel", body: { archived: true } },
    { operation: "deleteTaxonomyLabel" },
  ],
  [{ operation: "updateMember", path: { userId: "u_goran" }, body: { role: "admin" } }],
  [{ operation: "createApiKey" }, { operation: "fetchApiKey" }, { operation: "revokeApiKey" }],
  [
    { operation: "listWebhookDeliveries", path: { webhookId: "wh_ci" } },
    { operation: "redeliverWebhook" },
    { operation: "clearWebhookDeliveries" },
  ],
  [
    { operation: "createWebhook" },
    { operation: "verifyWebhook" },
    { operation: "rotateWebhookKey" },
    { operation: "updateWebhook", body: { status: "disabled" } },
    { operation: "deleteWebhook" },
  ],
];
