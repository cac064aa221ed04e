import type { ServerResponse } from "node:http";

import { json, serve, type Received } from "../support/api-server.js";

/** A claim lasts so long after a sign of life. */
const LEASE_MS = 120_000;

interface Session {
  readonly sessionId: string;
  readonly prompt: string;
  state: string;
  answer?: string;
}

interface Claim {
  readonly claimId: string;
  readonly sessionId: string;
  readonly workerId: string;
  readonly createdAt: string;
  readonly token: string;
  state: string;
  expiresAt: number;
}

type Route = [pattern: RegExp, answer: (match: string[], body: Record<string, string>) => [number, unknown?]];

/** The agent side of the API, over HTTP, with the rules of claims, and ways to make things go wrong. */
export class AgentServer {
  url = "";
  readonly sessions = new Map<string, Session>();
  readonly claims = new Map<string, Claim>();
  readonly workers = new Set<string>();
  /** What the workers are told with their next sign of life. */
  commands: object[] = [];
  /** What was carried out, in a line each. */
  readonly log: string[] = [];
  /** Every call that came, by method and last part of the path. */
  readonly calls: string[] = [];
  /** The idempotency keys of the calls that complete a session. */
  readonly keys: unknown[] = [];
  /** Breaks connections off, as a server does that is being restarted. */
  isDown = false;
  /** Answers instead of the rules: a status and a code. */
  refuse: (call: string) => [number, string] | undefined = () => undefined;
  readonly #now: () => number;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  async start(): Promise<this> {
    const { url } = await serve((request, response) => this.#answer(request, response));
    this.url = url;
    return this;
  }

  queue(prompt = "Mend it."): Session {
    const session = { sessionId: `ses_${++this.#count}`, prompt, state: "queued" };
    this.sessions.set(session.sessionId, session);
    return session;
  }

  /** Ends the live claim of a session, as when somebody cancels it or it is taken away. */
  endClaim(sessionId: string, state: string): void {
    for (const claim of this.claims.values()) if (claim.sessionId === sessionId) claim.state = state;
    const session = this.sessions.get(sessionId);
    if (session) session.state = state === "cancelled" ? "cancelled" : "stale";
  }

  #answer({ method, url, body, headers }: Received, response: ServerResponse): void {
    if (url.endsWith("/complete")) this.keys.push(headers["idempotency-key"]);
    if (this.isDown) return void response.destroy();
    const path = url.replace(/^.*\/workspaces\/current/, "").split("?")[0] ?? "";
    const call = `${method} ${path.split("/").at(-1)?.replace(/_.*/, "") ?? ""}`;
    this.calls.push(call);
    const refusal = this.refuse(call);
    if (refusal) return json(response, refusal[0], { code: refusal[1], message: "Refused." });
    for (const [pattern, answer] of this.#routes) {
      const match = pattern.exec(`${method} ${path}`);
      if (!match) continue;
      const [status, content] = answer(match, body.length > 0 ? JSON.parse(String(body)) : {});
      if (content === undefined) return void response.writeHead(status).end();
      return json(response, status, content);
    }
    json(response, 404, { code: "no_route", message: `${method} ${path}` });
  }

  readonly #routes: Route[] = [
    [
      /^POST \/agents\/(\w+)\/workers$/,
      ([, agentId = ""], { name = "" }) => {
        if (agentId !== "agt_fixer") return [404, { code: "agent_not_found", message: "No such agent." }];
        const workerId = `wrk_${name}${++this.#count}`;
        this.workers.add(workerId);
        this.log.push("register");
        return [201, { workerId, agentId, name }];
      },
    ],
    [
      /^POST \/workers\/(\w+)\/heartbeat$/,
      ([, workerId = ""]) => {
        if (!this.workers.has(workerId))
          return [404, { code: "worker_not_found", message: "No such worker." }];
        const commands = this.commands.splice(0);
        return [200, { worker: { workerId }, commands }];
      },
    ],
    [
      /^DELETE \/workers\/(\w+)$/,
      ([, workerId = ""]) => {
        this.log.push("deregister");
        return [this.workers.delete(workerId) ? 204 : 404];
      },
    ],
    [
      /^GET \/agent-sessions$/,
      () => {
        const agentSessions = [...this.sessions.values()].filter(({ state }) => state === "queued");
        return [200, { agentSessions, nextCursor: null }];
      },
    ],
    [/^GET \/agent-sessions\/(\w+)$/, ([, sessionId = ""]) => [200, this.sessions.get(sessionId)]],
    [/^POST \/agent-sessions\/(\w+)\/claims$/, ([, id = ""], { workerId = "" }) => this.#claim(id, workerId)],
    [
      /^POST \/agent-sessions\/(\w+)\/(?:activities|claims\/\w+\/([a-z-]+))$/,
      ([, sessionId = "", verb = "report"], body) => this.#act(sessionId, verb, body),
    ],
  ];

  #claim(sessionId: string, workerId: string): [number, unknown] {
    const session = this.sessions.get(sessionId);
    if (!this.workers.has(workerId)) return [404, { code: "worker_not_found", message: "No such worker." }];
    if (session?.state !== "queued") return [409, { code: "session_already_claimed", message: "Too late." }];
    session.state = "active";
    const claim: Claim = {
      claimId: `clm_${++this.#count}`,
      sessionId,
      workerId,
      createdAt: new Date(this.#now()).toISOString(),
      token: `tok_${this.#count}_0123456789`,
      state: "active",
      expiresAt: this.#now() + LEASE_MS,
    };
    this.claims.set(claim.claimId, claim);
    this.log.push(`claim ${sessionId}`);
    return [201, { ...shown(claim), token: claim.token, session }];
  }

  /** Whatever a worker says for a session: only with the token of a live claim. */
  #act(sessionId: string, verb: string, body: Record<string, string>): [number, unknown] {
    const session = this.sessions.get(sessionId);
    const claim = [...this.claims.values()].find(({ token }) => token === body["token"]);
    const isLive =
      claim?.sessionId === sessionId && claim.state === "active" && this.#now() < claim.expiresAt;
    if (!session || !claim || !isLive) {
      this.log.push(`refused ${verb} ${sessionId}`);
      return [409, { code: "claim_not_active", message: "The claim is not live." }];
    }
    if (verb === "heartbeat") {
      claim.expiresAt = this.#now() + LEASE_MS;
      return [200, shown(claim)];
    }
    this.log.push(
      [verb, sessionId, body["summary"] ?? body["errorMessage"] ?? body["reason"] ?? body["text"]]
        .filter(Boolean)
        .join(" "),
    );
    const states: Record<string, [claim: string, session: string]> = {
      complete: ["completed", "complete"],
      fail: ["failed", "error"],
      release: ["released", "queued"],
      "await-input": ["active", "awaiting_input"],
    };
    [claim.state, session.state] = states[verb] ?? [claim.state, session.state];
    return [verb === "report" ? 201 : 200, session];
  }
}

function shown({ claimId, sessionId, workerId, createdAt, state, expiresAt }: Claim): object {
  return { claimId, sessionId, workerId, createdAt, state, expiresAt: new Date(expiresAt).toISOString() };
}
