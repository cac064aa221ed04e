import { createHash } from "node:crypto";

import { contract } from "@workspace-api/server";

import { createSecret, hashSecret, prefixOf } from "../auth/secrets.js";
import type { Clock } from "../clock.js";
import type { Database } from "../database/open.js";
import { apiKeys, memberships, users, workspaces } from "../database/schema.js";

/** What a person needs to begin. */
export interface Seeded {
  readonly workspaceId: string;
  /** The secret of an API key of the workspace. */
  readonly apiKey: string;
}

export interface SeedOptions {
  /** The same number gives the same data and the same secrets. */
  readonly seed: number;
  readonly clock: Clock;
}

/** Fills a new database with a workspace to begin with. One that has it already is left as it is. */
export async function seedSandbox(database: Database, { seed, clock }: SeedOptions): Promise<Seeded> {
  const apiKey = createSecret("apiKey", bytesOf(`${contract.title} ${seed}`));
  const now = clock.now();
  const times = { createdAt: now, updatedAt: now };
  const workspaceId = "w_northwind";
  await database.transaction(async (tx) => {
    const added = await tx
      .insert(workspaces)
      .values({ workspaceId, name: "Northwind", ...times })
      .onConflictDoNothing()
      .returning();
    if (added.length > 0) {
      const user = { userId: "u_bo", name: "Bo", email: "bo@northwind.example" };
      await tx.insert(users).values({ ...user, defaultWorkspaceId: workspaceId, createdAt: now });
      const membership = { workspaceId, userId: user.userId, role: "owner", status: "active" } as const;
      await tx.insert(memberships).values({ ...membership, joinedAt: now, updatedAt: now });
    }
    const key = { apiKeyId: `key_seed${seed}`, workspaceId, description: "Sandbox", createdBy: "u_bo" };
    const secret = { prefix: prefixOf(apiKey), secretHash: hashSecret(apiKey) };
    await tx
      .insert(apiKeys)
      .values({ ...key, ...secret, createdAt: now })
      .onConflictDoNothing();
  });
  return { workspaceId, apiKey };
}

/** Bytes that look random and are always the same for one name. */
function bytesOf(name: string): (length: number) => Uint8Array {
  let block = 0;
  return (length) => {
    const hash = createHash("sha512")
      .update(`${name} ${(block += 1)}`)
      .digest();
    return hash.subarray(0, length);
  };
}
