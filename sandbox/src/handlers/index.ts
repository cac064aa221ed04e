import type { Handlers } from "@workspace-api/server";

import type { Context } from "../context.js";
import type { DeliveryParts } from "../deliveries/parts.js";
import type { FileStore } from "../files/store.js";
import { activityHandlers } from "./activities.js";
import { agentSessionHandlers } from "./agent-sessions.js";
import { agentHandlers } from "./agents.js";
import { apiKeyHandlers } from "./api-keys.js";
import { bugHandlers } from "./bugs.js";
import { claimHandlers } from "./claims.js";
import { commentReactionHandlers } from "./comment-reactions.js";
import { commentHandlers } from "./comments.js";
import { documentHandlers } from "./documents.js";
import { eventHandlers } from "./events.js";
import { fileHandlers } from "./files.js";
import { initiativeHandlers } from "./initiatives.js";
import { memberHandlers } from "./members.js";
import { recordHandlers } from "./records.js";
import { taskRelationHandlers } from "./task-relations.js";
import { taskHandlers } from "./tasks.js";
import { taxonomyLabelHandlers } from "./taxonomy-labels.js";
import { teamInviteHandlers } from "./team-invites.js";
import { teamMemberHandlers } from "./team-members.js";
import { teamHandlers } from "./teams.js";
import { webhookDeliveryHandlers } from "./webhook-deliveries.js";
import { webhookHandlers } from "./webhooks.js";
import { workHandlers } from "./work.js";
import { workspaceHandlers } from "./workspaces.js";

/** What some handlers need besides their context. */
interface HandlerParts {
  readonly deliveries: DeliveryParts;
  readonly store: FileStore;
}

/** The whole API. An operation without a handler does not compile. */
export function createHandlers({ deliveries, store }: HandlerParts): Handlers<Context> {
  return {
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
    ...eventHandlers(deliveries.sourceBase),
    ...fileHandlers(store),
    ...apiKeyHandlers,
    ...webhookHandlers(deliveries),
    ...webhookDeliveryHandlers(deliveries),
  };
}
