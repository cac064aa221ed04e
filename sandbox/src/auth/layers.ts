import { contract, type Layer } from "@workspace-api/server";

import type { Clock } from "../clock.js";
import type { Db } from "../database/open.js";
import { authenticate, type Refusal } from "./authenticate.js";
import type { Credential } from "./credential.js";
import { refusalOf } from "./permit.js";

/** Where a caller without a good credential learns how to get one (RFC 9728). */
type MetadataOf = (request: Request) => string;

/** Learns who calls, and hands it to `keep`; refuses unknown credentials with 401. */
export function authentication<Context>(
  keep: (context: Context, credential: Credential) => Context,
  parts: { db: Db; clock: Clock; metadataOf: MetadataOf },
): Layer<Context> {
  return async (call, next) => {
    if (call.operation.security.length === 0) return next();
    const found = await authenticate(call.request.headers.get("authorization"), parts);
    if ("code" in found) {
      throw call.fail(found.code, messageOf(found), {
        headers: { "WWW-Authenticate": challengeOf(found, parts.metadataOf(call.request)) },
      });
    }
    call.context = keep(call.context, found);
    return next();
  };
}

/** Refuses with 403 what the spec's `security` does not open to the caller. */
export function permission<Context>(
  credentialOf: (context: Context) => Credential | undefined,
  metadataOf: MetadataOf,
): Layer<Context> {
  return async (call, next) => {
    const credential = credentialOf(call.context);
    if (credential === undefined) return next();
    const refusal = refusalOf(credential, call.operation.security, contract.securitySchemes);
    if (refusal === undefined) return next();
    if (refusal.code === "oauth_required") throw call.fail(refusal.code);
    const scope = refusal.missing.join(" ");
    throw call.fail(refusal.code, `The access token lacks the scope ${scope}, which this operation needs.`, {
      headers: {
        "WWW-Authenticate": `${realmOf(metadataOf(call.request))}, error="insufficient_scope", scope="${scope}"`,
      },
    });
  };
}

function messageOf(refusal: Refusal): string | undefined {
  if (refusal.code !== "token_expired") return undefined;
  return `The access token expired at ${refusal.expiredAt.toISOString()}.`;
}

function realmOf(metadata: string): string {
  return `Bearer realm="workspace", resource_metadata="${metadata}"`;
}

function challengeOf({ code }: Refusal, metadata: string): string {
  if (code === "credential_missing") return realmOf(metadata);
  const reason =
    code === "token_expired" ? "The token expired" : "The credential is not known or was revoked";
  return `${realmOf(metadata)}, error="invalid_token", error_description="${reason}"`;
}
