import { contract, type OperationId } from "@workspace-api/server";
import { eq } from "drizzle-orm";
import fc from "fast-check";

import { hashSecret } from "../../../sandbox/src/auth/secrets.js";
import { idempotencyRecords, oauthTokens } from "../../../sandbox/src/database/schema.js";
import type { ApiModel } from "../../../generator/model/api-model.js";
import { soundRequest } from "../../../scripts/fuzz/requests.js";
import type { Exchange, Input } from "./exchange.js";

/** One way to be refused that many operations share: the code, and the call that earns it. */
export interface Refusal {
  readonly code: string;
  readonly input: Input;
}

/** Tokens that are good for nothing, or for too little. */
export interface Tokens {
  readonly expired: string;
  readonly unscoped: string;
  readonly ownerGrant: string;
}

export async function badTokens({ sandbox }: Exchange): Promise<Tokens> {
  const { db } = sandbox.database;
  const expired = await sandbox.tokenOf("owner", ["openid"]);
  await db
    .update(oauthTokens)
    .set({ expiresAt: new Date(sandbox.clock.now().getTime() - 1000) })
    .where(eq(oauthTokens.tokenHash, hashSecret(expired)));
  const [own] = await db
    .select()
    .from(oauthTokens)
    .where(eq(oauthTokens.tokenHash, hashSecret(sandbox.secrets.owner)));
  return { expired, unscoped: await sandbox.tokenOf("owner", []), ownerGrant: own?.grantId ?? "" };
}

/** A call of an operation that the spec allows, made of the spec; what it names need not exist. */
export function soundInput(model: ApiModel, id: OperationId): Input {
  const operation = model.operations.find((candidate) => candidate.id === id);
  if (!operation) throw new Error(`The spec has no operation ${id}.`);
  const schemas = new Map(model.schemas.map(({ name, schema }) => [name, schema]));
  const around = { schemas, idsLike: () => [], about: () => [], url: "https://example.com" };
  const [request] = fc.sample(soundRequest(operation, around), { numRuns: 1, seed: 1 });
  const path = Object.fromEntries(
    Object.entries(request?.path ?? {}).map(([name, value]) => [name, String(value)]),
  );
  return { path, query: request?.query ?? {}, body: request?.body };
}

/** The refusals that follow from the contract alone, for an operation. */
export function refusalsOf(id: OperationId, sound: Input, tokens: Tokens): Refusal[] {
  const { codes, security } = contract.operations[id];
  const isPublic = security.length === 0;
  const ofCredential: Refusal[] = isPublic
    ? []
    : [
        { code: "credential_missing", input: { ...sound, as: "nobody" } },
        { code: "credential_invalid", input: { ...sound, token: "no-such-credential" } },
        { code: "token_expired", input: { ...sound, token: tokens.expired } },
        { code: "insufficient_scope", input: { ...sound, token: tokens.unscoped } },
        { code: "oauth_required", input: { ...sound, as: "key" } },
        {
          code: "workspace_not_found",
          input: { ...sound, path: { ...sound.path, workspaceId: "w_contoso" } },
        },
        {
          code: "workspace_not_found",
          input: { ...sound, as: "stranger", path: { ...sound.path, workspaceId: "w_northwind" } },
        },
      ];
  const body = (text: string, type = "application/json"): Input => ({
    ...sound,
    body: text,
    headers: { "content-type": type },
  });
  const all: Refusal[] = [
    ...ofCredential,
    { code: "invalid_parameter", input: { ...sound, query: { ...sound.query, noSuchParameter: "1" } } },
    { code: "invalid_cursor", input: { ...sound, query: { ...sound.query, cursor: "made-up" } } },
    { code: "malformed_body", input: body("{") },
    { code: "payload_too_large", input: body(`"${"x".repeat(1_100_000)}"`) },
    { code: "unsupported_media_type", input: body("a,b", "text/csv") },
    ...(sound.body === undefined ? [] : [{ code: "validation_failed", input: body("[]") }]),
    { code: "rate_limited", input: { ...sound, headers: { "x-sandbox-fault": "429;retry=7" } } },
    { code: "internal_error", input: { ...sound, headers: { "x-sandbox-fault": "500" } } },
    { code: "unavailable", input: { ...sound, headers: { "x-sandbox-fault": "503" } } },
  ];
  return all.filter(({ code }) => Object.hasOwn(codes, code));
}

/** Sends a call with a key that another request used, and several at once with one key. */
export async function provokeIdempotency(
  exchange: Exchange,
  id: OperationId,
  sound: Input,
  grant: string,
): Promise<void> {
  const { database, clock } = exchange.sandbox;
  const now = clock.now();
  const key = `used-${id}`;
  await database.db.insert(idempotencyRecords).values({
    credential: grant,
    key,
    fingerprint: "another request",
    status: 200,
    sealed: "",
    createdAt: now,
    expiresAt: new Date(now.getTime() + 60_000),
  });
  await exchange.send(id, { ...sound, headers: { "idempotency-key": key } });
  const again = { ...sound, headers: { "idempotency-key": `again-${id}` } };
  await Promise.all(Array.from({ length: 8 }, () => exchange.send(id, again)));
}
