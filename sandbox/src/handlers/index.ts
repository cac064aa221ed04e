import type { Handlers } from "@workspace-api/server";

import type { Context } from "../context.js";
import { activityHandlers } from "./activities.js";
import { agentSessionHandlers } from "./agent-sessions.js";
import { agentHandlers } from "./agents.js";
import { bugHandlers } from "./bugs.js";
import { claimHandlers } from "./claims.js";
import { commentReactionHandlers } from "./comment-reactions.js";
import { commentHandlers } from "./comments.js";
import { documentHandlers } from "./documents.js";
import { initiativeHandlers } from "./initiatives.js";
import { memberHandlers } from "./members.js";
import { notYet } from "./not-yet.js";
import { recordHandlers } from "./records.js";
import { taskRelationHandlers } from "./task-relations.js";
import { taskHandlers } from "./tasks.js";
import { taxonomyLabelHandlers } from "./taxonomy-labels.js";
import { teamInviteHandlers } from "./team-invites.js";
import { teamMemberHandlers } from "./team-members.js";
import { teamHandlers } from "./teams.js";
import { workHandlers } from "./work.js";
import { workspaceHandlers } from "./workspaces.js";

/** The whole API. An operation without a handler does not compile. */
export const handlers: Handlers<Context> = {
  ...notYet,
  ...workspaceHandlers,
  ...memberHandlers,
  ...teamHandlers,
  ...teamMemberHandlers,
  ...teamInviteHandlers,
  ...taskHandlers,
  ...taskRelationHandlers,
  ...initiativeHandlers,
  ...bugHandlers,
  ...commentHandlers,
  ...commentReactionHandlers,
  ...documentHandlers,
  ...taxonomyLabelHandlers,
  ...recordHandlers,
  ...workHandlers,
  ...agentHandlers,
  ...agentSessionHandlers,
  ...claimHandlers,
  ...activityHandlers,
};
