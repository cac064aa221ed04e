import { contract } from "@workspace-api/server";

import { createSecret, hashSecret, prefixOf } from "../../sandbox/src/auth/secrets.js";
import { createManualClock, HOUR, after, type ManualClock } from "../../sandbox/src/clock.js";
import { createSandbox, type Sandbox, type SandboxOptions } from "../../sandbox/src/create-sandbox.js";
import type { Database, Db } from "../../sandbox/src/database/open.js";
import {
  apiKeys,
  memberships,
  oauthApps,
  oauthGrants,
  oauthTokens,
  users,
  workspaces,
} from "../../sandbox/src/database/schema.js";
import { createLog } from "../../sandbox/src/log.js";
import { openEmbedded } from "./databases.js";

/** The people of the test workspace `w_northwind`; `stranger` owns another one, `w_contoso`. */
const PEOPLE = {
  owner: { userId: "u_olive", name: "Olive Owner", role: "owner", workspaceId: "w_northwind" },
  admin: { userId: "u_adam", name: "Adam Admin", role: "admin", workspaceId: "w_northwind" },
  member: { userId: "u_mia", name: "Mia Member", role: "member", workspaceId: "w_northwind" },
  other: { userId: "u_otto", name: "Otto Other", role: "member", workspaceId: "w_northwind" },
  stranger: { userId: "u_sam", name: "Sam Stranger", role: "owner", workspaceId: "w_contoso" },
} as const;

/** Who may call: a person with all scopes, a key of either workspace, or nobody. */
export type Identity = keyof typeof PEOPLE | "key" | "strangerKey" | "nobody";

export interface CallOptions {
  readonly as?: Identity;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestSandbox extends Sandbox {
  readonly clock: ManualClock;
  /** The secrets of all identities. */
  readonly secrets: Readonly<Record<Exclude<Identity, "nobody">, string>>;
  /** Sends a request, as the owner unless told; `path` is below the base path. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  /** A token of a person with these scopes alone. */
  tokenOf(person: keyof typeof PEOPLE, scopes: readonly string[]): Promise<string>;
}

/** A sandbox with people and credentials, all responses checked against the spec, and no limits unless asked for. */
export async function startSandbox(
  options: SandboxOptions & { database?: Database } = {},
): Promise<TestSandbox> {
  const database = options.database ?? (await openEmbedded());
  const clock = createManualClock();
  const log = createLog(
    (line) =>
      process.stderr.write(`${line}
`),
    () => clock.now(),
  );
  const defaults = {
    runDeliveries: false,
    checkResponses: true,
    rateLimits: false,
    clock,
    log: { ...log, info: () => {} },
  };
  const sandbox = await createSandbox({ ...defaults, ...options, database });
  const secrets = await populate(database.db, clock.now());
  return {
    ...sandbox,
    clock,
    secrets,
    call(method, path, { as = "owner", body, headers = {} } = {}) {
      return sandbox.fetch(
        new Request(`http://127.0.0.1:4010${contract.basePath}${path}`, {
          method,
          headers: {
            ...(as !== "nobody" && { authorization: `Bearer ${secrets[as]}` }),
            ...(body !== undefined && { "content-type": "application/json" }),
            ...headers,
          },
          ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
        }),
      );
    },
    tokenOf: (person, scopes) => grant(database.db, PEOPLE[person].userId, scopes, clock.now()),
    async close() {
      await sandbox.close();
      await database.close();
    },
  };
}

async function populate(db: Db, now: Date): Promise<TestSandbox["secrets"]> {
  const times = { createdAt: now, updatedAt: now };
  await db.insert(workspaces).values([
    { workspaceId: "w_northwind", name: "Northwind", ...times },
    { workspaceId: "w_contoso", name: "Contoso", ...times },
  ]);
  const people = Object.values(PEOPLE);
  await db.insert(users).values(
    people.map(({ userId, name, workspaceId }) => ({
      userId,
      name,
      email: `${userId.slice(2)}@${workspaceId.slice(2)}.example`,
      defaultWorkspaceId: workspaceId,
      createdAt: now,
    })),
  );
  await db.insert(memberships).values(
    people.map(({ userId, role, workspaceId }) => ({
      workspaceId,
      userId,
      role,
      status: "active",
      joinedAt: now,
      updatedAt: now,
    })),
  );
  await db.insert(oauthApps).values({
    clientId: "app_tests",
    name: "Tests",
    redirectUris: ["https://app.example/callback"],
    createdAt: now,
  });
  const scopes = Object.keys(contract.securitySchemes["oauth"]?.scopes ?? {});
  const token = (person: keyof typeof PEOPLE): Promise<string> =>
    grant(db, PEOPLE[person].userId, scopes, now);
  return {
    owner: await token("owner"),
    admin: await token("admin"),
    member: await token("member"),
    other: await token("other"),
    stranger: await token("stranger"),
    key: await addKey(db, "key_tests", "w_northwind", "u_olive", now),
    strangerKey: await addKey(db, "key_contoso", "w_contoso", "u_sam", now),
  };
}

async function addKey(
  db: Db,
  apiKeyId: string,
  workspaceId: string,
  createdBy: string,
  now: Date,
): Promise<string> {
  const secret = createSecret("apiKey");
  const hash = { prefix: prefixOf(secret), secretHash: hashSecret(secret) };
  await db
    .insert(apiKeys)
    .values({ apiKeyId, workspaceId, description: "Tests", createdBy, createdAt: now, ...hash });
  return secret;
}

let grants = 0;

/** A token of a member for an app, with these scopes alone. */
export async function grant(
  db: Db,
  userId: string,
  scopes: readonly string[],
  now: Date,
  clientId = "app_tests",
): Promise<string> {
  const secret = createSecret("accessToken");
  const grantId = `grant_tests${(grants += 1)}`;
  await db.insert(oauthGrants).values({ grantId, clientId, userId, scopes: [...scopes], createdAt: now });
  await db.insert(oauthTokens).values({
    tokenHash: hashSecret(secret),
    kind: "access",
    grantId,
    scopes: [...scopes],
    createdAt: now,
    expiresAt: after(now, HOUR),
  });
  return secret;
}
