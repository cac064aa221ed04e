import { contract } from "@workspace-api/server";

import { createSecret, hashSecret, prefixOf } from "../auth/secrets.js";
import type { Clock } from "../clock.js";
import type { Database, Db } from "../database/open.js";
import { apiKeys } from "../database/schema.js";
import type { FileStore } from "../files/store.js";
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
  });
  if (files) await keepImage(database.db, files);
  return {
    workspaceId: WORKSPACE,
    apiKey,
    otherApiKey,
    oauth: { clientId: APP, redirectUris: REDIRECT_URIS },
  };
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
