import {
  createSecret,
  createSigningSecret,
  hashSecret,
  prefixOf,
} from "../../../sandbox/src/auth/secrets.js";
import { after, createClock, DAY } from "../../../sandbox/src/clock.js";
import type { Database } from "../../../sandbox/src/database/open.js";
import {
  agentSessions,
  agents,
  apiKeys,
  memberships,
  oauthApps,
  oauthGrants,
  oauthTokens,
  users,
  webhooks,
} from "../../../sandbox/src/database/schema.js";
import { seedSandbox } from "../../../sandbox/src/seed/index.js";
import { AGENT, addWorker, claim, complete, type Granted, type Send } from "./agents.js";

const TASKS = "/workspaces/current/tasks";
const PERSON = "u_crash";
const WRITERS = 8;
const WORKERS = 4;

/** Who may call a sandbox that a test prepared, each with limits of their own. */
export interface Prepared {
  /** API keys. */
  readonly keys: readonly string[];
  /** Access tokens. */
  readonly tokens: readonly string[];
  readonly sessionIds: readonly string[];
  /** What happened earlier is of no interest. */
  readonly since: Date;
}

/** Puts people, credentials, queued sessions and a webhook into a database, before a process begins to serve it. */
export async function prepare(database: Database, webhookUrl: string): Promise<Prepared> {
  const { db } = database;
  const { workspaceId } = await seedSandbox(database, { seed: 1, clock: createClock() });
  const now = new Date();
  const times = { createdAt: now, updatedAt: now };
  const person = { userId: PERSON, name: "Crash", email: "crash@northwind.example" };
  await db.insert(users).values({ ...person, defaultWorkspaceId: workspaceId, createdAt: now });
  const membership = { workspaceId, userId: PERSON, role: "owner", status: "active" } as const;
  await db.insert(memberships).values({ ...membership, joinedAt: now, updatedAt: now });
  await db.insert(agents).values({ agentId: AGENT, workspaceId, name: "Crash", createdAt: now });
  const keys = secretsOf("apiKey", WRITERS + 3);
  for (const [index, secret] of keys.entries()) {
    const hash = { prefix: prefixOf(secret), secretHash: hashSecret(secret) };
    const key = { apiKeyId: `key_crash${index}`, workspaceId, description: "Crash", createdBy: PERSON };
    await db.insert(apiKeys).values({ ...key, ...hash, createdAt: now });
  }
  const tokens = secretsOf("accessToken", WORKERS + 2);
  const scopes = ["agents:read", "agents:write", "agents:run"];
  for (const [index, secret] of tokens.entries()) {
    // An app of its own for each: the rate limits count one member of one app once, whatever its tokens.
    const clientId = `app_crash${index}`;
    await db.insert(oauthApps).values({ clientId, name: "Crash", redirectUris: [], createdAt: now });
    const grantId = `grant_crash${index}`;
    await db.insert(oauthGrants).values({ grantId, clientId, userId: PERSON, scopes, createdAt: now });
    const token = { tokenHash: hashSecret(secret), kind: "access", grantId, scopes } as const;
    await db.insert(oauthTokens).values({ ...token, createdAt: now, expiresAt: after(now, DAY) });
  }
  const sessions = Array.from({ length: 24 }, (_, index) => ({
    sessionId: `ses_crash${index}`,
    workspaceId,
    agentId: AGENT,
    executionMode: "cloud" as const,
    state: "queued" as const,
    initiatedByUserId: PERSON,
    prompt: "Carry on.",
    ...times,
  }));
  await db.insert(agentSessions).values(sessions);
  // It is told what its member may see.
  const webhook = {
    webhookId: "whk_crash",
    workspaceId,
    url: webhookUrl,
    status: "active" as const,
    createdBy: PERSON,
    userId: PERSON,
    scopes: ["tasks:read", "agents:read"],
  };
  await db
    .insert(webhooks)
    .values({ ...webhook, verificationKey: "whkey_load", signingSecret: createSigningSecret(), ...times });
  return { keys, tokens, since: now, sessionIds: sessions.map(({ sessionId }) => sessionId) };
}

function secretsOf(kind: "apiKey" | "accessToken", length: number): string[] {
  return Array.from({ length }, () => createSecret(kind));
}

/** Many clients that write all the time, and remember what was acknowledged. */
export class Load {
  /** Ids of tasks, by the idempotency key that they were created with. */
  readonly created = new Map<string, string>();
  /** Keys of requests that nobody answered. */
  readonly unanswered = new Set<string>();
  readonly granted: Granted[] = [];
  readonly completed: string[] = [];
  /** The last title of the counter that was acknowledged. */
  count = 0;
  counterId = "";
  /** A session that its worker keeps. */
  held: Granted | undefined;
  /** Called after each task that was acknowledged. */
  onCreated = (): void => {};

  /** @param instances addresses of the API; those that do not answer are struck out. */
  constructor(
    readonly prepared: Prepared,
    public instances: readonly string[],
  ) {}

  /** Claims one session for good, and creates the counter. */
  async begin(): Promise<void> {
    const { tokens, sessionIds } = this.prepared;
    const send = this.sender(tokens[WORKERS]);
    const workerId = await addWorker(send, "Holder");
    this.held = await claim(send, sessionIds[0] ?? "", workerId);
    const { body } = await this.sender(this.counterKey)("POST", TASKS, this.taskOf("Count 0"));
    this.counterId = (body as { taskId: string }).taskId;
  }

  /** Writes until so many tasks are there, or nobody answers any more. */
  async run(name: string, most: number): Promise<void> {
    const { keys, tokens } = this.prepared;
    await Promise.all([
      ...keys.slice(0, WRITERS).map((key, index) => quietly(this.#write(`${name}-${index}`, key, most))),
      ...tokens
        .slice(0, WORKERS)
        .map((token, index) => quietly(this.#work(`${name} ${index}`, token, index))),
      quietly(this.#countUp()),
    ]);
  }

  taskOf(title: string): { title: string; userId: string } {
    return { title, userId: PERSON };
  }

  get counterKey(): string {
    return this.prepared.keys[WRITERS] ?? "";
  }

  /** A client that nobody else uses up. */
  get reader(): Send {
    return this.sender(this.prepared.keys[WRITERS + 1]);
  }

  /** The worker that holds a session, and one that would like to. */
  get holder(): Send {
    return this.sender(this.prepared.tokens[WORKERS]);
  }

  get rival(): Send {
    return this.sender(this.prepared.tokens[WORKERS + 1]);
  }

  /** Sends with a credential to one instance after another, and to the next where one does not answer. */
  sender(secret = "", headers: Readonly<Record<string, string>> = {}): Send {
    return async (method, path, body) => {
      for (let tries = 0; ; tries += 1) {
        const instance = this.instances[Math.floor(Math.random() * this.instances.length)];
        if (instance === undefined) throw new Unanswered();
        try {
          const response = await fetch(instance + path, {
            method,
            headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", ...headers },
            ...(body !== undefined && { body: JSON.stringify(body) }),
          });
          const answer = { status: response.status, body: (await response.json()) as unknown };
          if (answer.status === 429) throw new UsedUp();
          return answer;
        } catch (error) {
          if (error instanceof UsedUp) throw error;
          this.instances = this.instances.filter((other) => other !== instance);
          // What may have been done must not be asked for again, unless a key says that it is the same.
          if (headers["Idempotency-Key"] === undefined) throw new Unanswered();
        }
      }
    };
  }

  /** Creates a task under a key. */
  async create(key: string, secret: string): Promise<void> {
    this.unanswered.add(key);
    const { status, body } = await this.sender(secret, { "Idempotency-Key": key })(
      "POST",
      TASKS,
      this.taskOf(key),
    );
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    this.unanswered.delete(key);
    this.created.set(key, (body as { taskId: string }).taskId);
    this.onCreated();
  }

  async #write(name: string, secret: string, most: number): Promise<void> {
    for (let count = 0; this.created.size < most; count += 1) await this.create(`${name}-${count}`, secret);
  }

  async #countUp(): Promise<void> {
    const send = this.sender(this.counterKey);
    for (let next = this.count + 1; ; next += 1) {
      const { status, body } = await send("PATCH", `${TASKS}/${this.counterId}`, { title: `Count ${next}` });
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      this.count = next;
    }
  }

  async #work(name: string, token: string, index: number): Promise<void> {
    const send = this.sender(token);
    const workerId = await addWorker(send, name);
    const { sessionIds } = this.prepared;
    // Two by two they begin with the same one.
    const first = Math.floor(index / 2) * 8;
    for (const sessionId of [...sessionIds.slice(first), ...sessionIds.slice(0, first)]) {
      const mine = await claim(send, sessionId, workerId);
      if (mine === undefined) continue;
      this.granted.push(mine);
      const { status } = await complete(send, mine);
      if (status !== 200) throw new Error(`A claim was given and not kept: ${status}`);
      this.completed.push(sessionId);
    }
  }
}

class Unanswered extends Error {}
class UsedUp extends Error {}

/** A client ends when its limit is used up or nobody answers; all else is a fault. */
async function quietly(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Unanswered || error instanceof UsedUp)) throw error;
  });
}
