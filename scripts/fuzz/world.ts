import { contract } from "@workspace-api/server";

import { createSecret, hashSecret } from "../../sandbox/src/auth/secrets.js";
import { after, createManualClock, DAY } from "../../sandbox/src/clock.js";
import { createSandbox, type Sandbox } from "../../sandbox/src/create-sandbox.js";
import { openDatabase, type Database } from "../../sandbox/src/database/open.js";
import { oauthGrants, oauthTokens } from "../../sandbox/src/database/schema.js";
import { createLog } from "../../sandbox/src/log.js";
import { seedSandbox } from "../../sandbox/src/seed/index.js";
import { startReceiver } from "../../test/sandbox/deliveries/receiver.js";
import { Facts, type Fact } from "./facts.js";

/** Who calls: the owner of the seeded workspace, a member, or a key of it. */
export type Identity = "owner" | "member" | "key";

/** Nothing is done to those who call, or they would have nothing more to say. */
const CALLERS: ReadonlySet<string> = new Set(["u_ada", "u_bo", "key_seed1", "app_northwind"]);

export interface FuzzWorld {
  readonly sandbox: Sandbox;
  readonly facts: Facts;
  /** Where webhooks may lead. */
  readonly receiverUrl: string;
  /** What nobody here must ever be told: the ids of the other workspace. */
  readonly foreign: readonly string[];
  readonly tokens: Readonly<Record<Identity, string>>;
  /** The ids so far that a pattern allows. */
  idsLike(pattern: RegExp): string[];
  /** What is known of objects that have these members, the newest first. */
  about(names: readonly string[]): Fact[];
  /** Sends the bytes of an announced file. */
  upload(url: string, file: { readonly bytes: string; readonly type: string }): Promise<void>;
  /** Lets a little time pass. */
  tick(): void;
  close(): Promise<void>;
}

/** The seeded sandbox: on the database of DATABASE_URL, which has to be empty, or on one in memory. */
export async function createFuzzWorld(): Promise<FuzzWorld> {
  const url = process.env["DATABASE_URL"];
  const database = await openDatabase(url === undefined ? {} : { url });
  if ((await database.db.query.workspaces.findFirst()) !== undefined) {
    await database.close();
    throw new Error("The database of DATABASE_URL holds data already. Name an empty one.");
  }
  const clock = createManualClock();
  const receiver = await startReceiver(204);
  const log = createLog(
    (line) => process.stderr.write(`${line}\n`),
    () => clock.now(),
  );
  const options = { checkResponses: true, rateLimits: false, runDeliveries: false, clock };
  const sandbox = await createSandbox({ ...options, database, log: { ...log, info: () => {} } });
  const seeded = await seedSandbox(database, { seed: 1, clock, files: sandbox.files });
  const tokens = {
    owner: await grant(database, "u_ada", clock.now()),
    member: await grant(database, "u_bo", clock.now()),
    key: seeded.apiKey,
  };
  const facts = new Facts();
  for (const path of LISTS) facts.learn({}, await read(sandbox, path, tokens.owner));
  const theirs = new Facts();
  for (const path of LISTS) theirs.learn({}, await read(sandbox, path, seeded.otherApiKey));
  const shared = new Set(facts.ids());
  return {
    sandbox,
    facts,
    tokens,
    receiverUrl: receiver.url,
    foreign: ["w_contoso", ...theirs.ids()].filter((id) => !shared.has(id)),
    idsLike: (pattern) => [...facts.ids()].filter((id) => pattern.test(id) && !CALLERS.has(id)),
    about: (names) =>
      facts.about(names).filter((fact) => !names.some((name) => CALLERS.has(fact[name] ?? ""))),
    async upload(address, { bytes, type }) {
      const headers = { "content-type": type, "content-length": String(bytes.length) };
      await sandbox.fetch(new Request(address, { method: "PUT", headers, body: bytes }));
    },
    tick: () => clock.advance(100),
    async close() {
      await sandbox.close();
      await database.close();
      await receiver.close();
    },
  };
}

/** What is in a workspace. */
const LISTS = [
  "members",
  "teams",
  "tasks?all=true&limit=200",
  "documents",
  "taxonomy-labels",
  "records",
  "agents",
  "agent-sessions",
  "webhooks",
  "api-keys",
  "agents/agt_fixer/workers",
  "teams/team_web/invites",
  "tasks/tsk_4fJ2/comments",
  "webhooks/wh_ci/deliveries",
  "files/file_basket",
];

/** An answer, if it is one: the other workspace has less, and a key may not see all. */
async function read(sandbox: Sandbox, path: string, token: string): Promise<unknown> {
  const url = `http://127.0.0.1:4010${contract.basePath}/workspaces/current/${path}`;
  const headers = { authorization: `Bearer ${token}` };
  const response = await sandbox.fetch(new Request(url, { headers }));
  return response.ok ? response.json() : undefined;
}

/** A token with all scopes, for long enough. */
async function grant({ db }: Database, userId: string, now: Date): Promise<string> {
  const secret = createSecret("accessToken");
  const grantId = `grant_${userId}`;
  const scopes = Object.keys(contract.securitySchemes["oauth"]?.scopes ?? {});
  await db.insert(oauthGrants).values({ grantId, clientId: "app_northwind", userId, scopes, createdAt: now });
  const token = { tokenHash: hashSecret(secret), kind: "access", grantId, scopes } as const;
  await db.insert(oauthTokens).values({ ...token, createdAt: now, expiresAt: after(now, 30 * DAY) });
  return secret;
}
