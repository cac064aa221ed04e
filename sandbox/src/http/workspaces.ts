import type { Layer } from "@workspace-api/server";

import type { MemberCredential } from "../auth/credential.js";
import type { Caller } from "../context.js";
import type { Db } from "../database/open.js";
import { membershipsOf } from "../people/memberships.js";
import type { RequestContext } from "./request-context.js";

/** Settles which workspace a request is about, and as whom the caller acts in it. */
export const workspaceOfRequest: Layer<RequestContext> = async (call, next) => {
  const { context } = call;
  const { credential } = context;
  if (!credential) return next();
  const asked = call.params["workspaceId"] ?? "current";
  const caller =
    credential.kind === "key" ? ofKey(credential, asked) : await ofMember(context.db, credential, asked);
  if (!caller && call.params["workspaceId"] !== undefined) throw call.fail("workspace_not_found");
  if (!caller) {
    // Somebody who belongs nowhere any more is nobody.
    throw call.fail("credential_invalid", "The member belongs to no workspace any more.", {
      headers: { "WWW-Authenticate": 'Bearer realm="workspace", error="invalid_token"' },
    });
  }
  context.enter(caller);
  return next();
};

function ofKey(key: { apiKeyId: string; workspaceId: string }, asked: string): Caller | undefined {
  const { apiKeyId, workspaceId } = key;
  return asked === "current" || asked === workspaceId ? { kind: "key", apiKeyId, workspaceId } : undefined;
}

async function ofMember(
  db: Db,
  { userId, scopes }: MemberCredential,
  asked: string,
): Promise<Caller | undefined> {
  const [found] = await membershipsOf(db, userId, asked);
  return found && { kind: "member", userId, scopes, ...found };
}
