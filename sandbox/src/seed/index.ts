import { contract } from "@workspace-api/server";

import { createSecret, hashSecret, prefixOf } from "../auth/secrets.js";
import { after, type Clock } from "../clock.js";
import type { Database, Db } from "../database/open.js";
import { apiKeys, oauthGrants, oauthTokens } from "../database/schema.js";
import type { FileStore } from "../files/store.js";
import { ACCESS_LIFETIME } from "../oauth/grants.js";
import { keepImage, seedImage } from "./image.js";
import {
  seedOtherPeople,
  seedPeople,
  seedWorkspaces,
  APP,
  OTHER_WORKSPACE,
  REDIRECT_URIS,
  WORKSPACE,
} from "./people.js";
import { bytesOf, choicesOf } from "./random.js";
import { seedOtherWork, seedWork } from "./work.js";

/** What a person needs to begin. */
export interface Seeded {
  readonly workspaceId: string;
  /** The secret of an API key of the workspace. */
  readonly apiKey: string;
  /** The secret of an API key of another workspace, which must see nothing of the first. */
  readonly otherApiKey: string;
  /** An access token of the workspace's owner with every scope, good for an hour after the start. */
  readonly accessToken: string;
  /** An app to sign members in with: a public client. */
  readonly oauth: { readonly clientId: string; readonly redirectUris: readonly string[] };
}

export interface SeedOptions {
  /** The same number gives the same data and the same secrets. */
  readonly seed: number;
  readonly clock: Clock;
  /** Where the bytes of the seeded image are kept; without it, there is no image. */
  readonly files?: FileStore;
}

/**
 * Fills a new database with two workspaces, people and work, all dated back from now. A database that has them already
 * is left as it is, but for the keys of this seed.
 */
export async function seedSandbox(database: Database, { seed, clock, files }: SeedOptions): Promise<Seeded> {
  const now = clock.now();
  const name = `${contract.title} ${seed}`;
  const apiKey = createSecret("apiKey", bytesOf(name));
  const otherApiKey = createSecret("apiKey", bytesOf(`${name} other`));
  const accessToken = createSecret("accessToken", bytesOf(`${name} access`));
  await database.transaction(async (tx) => {
    if (await seedWorkspaces(tx, now)) {
      await seedPeople(tx, now, seed);
      await seedOtherPeople(tx, now);
      await seedWork(tx, now, choicesOf(name));
      if (files) await seedImage(tx, now);
      await seedOtherWork(tx, now);
    }
    await addKey(tx, apiKey, now, {
      apiKeyId: `key_seed${seed}`,
      workspaceId: WORKSPACE,
      createdBy: "u_ada",
    });
    const other = { apiKeyId: `key_other${seed}`, workspaceId: OTHER_WORKSPACE, createdBy: "u_ivy" };
    await addKey(tx, otherApiKey, now, other);
    await addToken(tx, accessToken, now, `gra_seed${seed}`);
  });
  if (files) await keepImage(database.db, files);
  return {
    workspaceId: WORKSPACE,
    apiKey,
    otherApiKey,
    accessToken,
    oauth: { clientId: APP, redirectUris: REDIRECT_URIS },
  };
}

/** A token as the owner would have from signing in; each start makes it good for another hour. */
async function addToken(tx: Db, accessToken: string, createdAt: Date, grantId: string): Promise<void> {
  const scopes = Object.keys(contract.securitySchemes["oauth"]?.scopes ?? {});
  const expiresAt = after(createdAt, ACCESS_LIFETIME);
  await tx
    .insert(oauthGrants)
    .values({ grantId, clientId: APP, userId: "u_ada", scopes, createdAt })
    .onConflictDoNothing();
  await tx
    .insert(oauthTokens)
    .values({ tokenHash: hashSecret(accessToken), kind: "access", grantId, scopes, createdAt, expiresAt })
    .onConflictDoUpdate({ target: oauthTokens.tokenHash, set: { expiresAt } });
}

interface NewKey {
  readonly apiKeyId: string;
  readonly workspaceId: string;
  readonly createdBy: string;
}

async function addKey(tx: Db, secret: string, createdAt: Date, key: NewKey): Promise<void> {
  const proof = { prefix: prefixOf(secret), secretHash: hashSecret(secret) };
  await tx
    .insert(apiKeys)
    .values({ ...key, ...proof, description: "Printed by the sandbox on its start", createdAt })
    .onConflictDoNothing();
}
