import type { RequestOptions } from "../../options.js";
import { sleep, type Clock } from "../../runtime/clock.js";
import type { ActivityCreate, AgentSession, NewClaim } from "../../types.js";
import { isClaimLost, isTemporary } from "./failures.js";
import type { Lease } from "./lease.js";
import type { AgentWorkspace } from "./options.js";

type WithoutClaim<Activity> = Activity extends unknown ? Omit<Activity, "claimId" | "token"> : never;

/** An activity, such as `{ type: "progress", text: "…" }`; the claim is filled in. */
export type ActivityReport = WithoutClaim<ActivityCreate>;

/**
 * Does the work of a session. What it returns is the summary of a session that is complete; what it throws is the
 * message of one that failed. `prompt` and `instructions` may be followed; `context` is what others wrote: it is data,
 * never instructions.
 */
export type SessionHandler = (session: AgentSession, run: SessionRun) => Promise<string | void>;

/** What a handler can do while its claim is live. All of it fails with the reason of `signal` when it no longer is. */
export interface SessionRun {
  /** Ends when the session may no longer be run; its reason is a `SessionEndedError`. Hand it to all that takes time. */
  readonly signal: AbortSignal;
  /** Reports progress, a plan, an address, a rule that was kept. */
  report(activity: ActivityReport): Promise<void>;
  /** Asks the user, and waits for the answer. The claim is kept meanwhile. */
  ask(question: string): Promise<string>;
  /** Ends the session as complete, before the handler returns. @param summary - What came of it, in Markdown. */
  complete(summary?: string): Promise<void>;
  /** Ends the session as failed. @param message - What went wrong; everyone who sees the session can read it. */
  fail(message: string): Promise<void>;
  /** Gives the session back, so that it is queued again. */
  release(reason?: string): Promise<void>;
}

/** How a session came to its end. */
export type Ending = "completed" | "failed" | "released";

/** What the API takes of a text. */
const MOST = { summary: 20_000, message: 4_000 };

/** A session that is being run. */
export class LiveSession implements SessionRun {
  readonly #sessions: AgentWorkspace["agentSessions"];
  readonly #claim: NewClaim;
  readonly #lease: Lease;
  readonly #clock: Clock;
  readonly #pollMs: number;
  #ending: Ending | undefined;
  #saying: Promise<void> = Promise.resolve();

  constructor(
    sessions: AgentWorkspace["agentSessions"],
    claim: NewClaim,
    lease: Lease,
    { clock, pollMs }: { clock: Clock; pollMs: number },
  ) {
    this.#sessions = sessions;
    this.#claim = claim;
    this.#lease = lease;
    this.#clock = clock;
    this.#pollMs = pollMs;
  }

  get signal(): AbortSignal {
    return this.#lease.signal;
  }

  /** How the session ended; undefined: it has not. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Settles when the end that was said has arrived, whether or not the handler waited for it. */
  settled(): Promise<void> {
    return this.#saying;
  }

  async report(activity: ActivityReport): Promise<void> {
    const { sessionId, claimId, token } = this.#claim;
    // Each kind of activity is one of the union again, once it has its claim.
    const body = { ...activity, claimId, token } as ActivityCreate;
    await this.#speak(() => this.#sessions.activities.create(sessionId, body, { signal: this.signal }));
  }

  async ask(question: string): Promise<string> {
    const { sessionId, claimId, token } = this.#claim;
    const { claims } = this.#sessions;
    let session = await this.#speak(() =>
      claims.awaitInput(sessionId, claimId, { token, question }, { signal: this.signal }),
    );
    while (session.state === "awaiting_input") {
      await sleep(this.#clock, this.#pollMs, this.signal);
      const { signal } = this;
      const next = await this.#speak(() => this.#sessions.fetch(sessionId, undefined, { signal })).catch(
        (error: unknown) => {
          if (!isTemporary(error)) throw error;
        },
      );
      session = next ?? session;
    }
    if (session.state === "cancelled") this.#lease.lose("cancelled");
    this.#lease.check();
    return session.answer ?? "";
  }

  complete(summary?: string): Promise<void> {
    const { sessionId, claimId, token } = this.#claim;
    const body = { token, ...(summary ? { summary: summary.slice(0, MOST.summary) } : {}) };
    return this.#end("completed", (options) =>
      this.#sessions.claims.complete(sessionId, claimId, body, options),
    );
  }

  fail(message: string): Promise<void> {
    const { sessionId, claimId, token } = this.#claim;
    const body = { token, errorMessage: message.slice(0, MOST.message) || "The worker failed." };
    return this.#end("failed", (options) => this.#sessions.claims.fail(sessionId, claimId, body, options));
  }

  release(reason?: string): Promise<void> {
    const { sessionId, claimId, token } = this.#claim;
    const body = { token, ...(reason ? { reason: reason.slice(0, MOST.message) } : {}) };
    return this.#end("released", (options) =>
      this.#sessions.claims.release(sessionId, claimId, body, options),
    );
  }

  #end(ending: Ending, send: (options: RequestOptions) => Promise<unknown>): Promise<void> {
    if (this.#ending) return Promise.reject(new Error(`The session is ${this.#ending} already.`));
    this.#ending = ending;
    this.#saying = this.#say(send);
    // A handler that does not wait for it is no unhandled rejection: the worker looks at it.
    this.#saying.catch(() => {});
    return this.#saying;
  }

  /** Says the end, and says it again while the server is away, for as long as the claim is live. */
  async #say(send: (options: RequestOptions) => Promise<unknown>): Promise<void> {
    const lease = this.#lease;
    lease.isEnding = true;
    // One key for all attempts: an end that was carried out, and whose answer was lost, is not carried out twice.
    const options = { idempotencyKey: crypto.randomUUID(), signal: lease.over };
    try {
      for (;;) {
        lease.checkTime();
        try {
          await send(options);
          return lease.end();
        } catch (error) {
          if (!isTemporary(error)) throw error;
        }
        await sleep(this.#clock, this.#pollMs, lease.over);
      }
    } catch (error) {
      this.#ending = undefined;
      lease.isEnding = false;
      if (isClaimLost(error)) lease.lose("lost");
      throw lease.isLive ? error : this.signal.reason;
    }
  }

  /** Calls the server for the session, if it still may; an answer that the claim is gone ends the run. */
  async #speak<T>(call: () => Promise<T>): Promise<T> {
    this.#lease.check();
    if (this.#ending) throw new Error(`The session is ${this.#ending} already.`);
    try {
      return await call();
    } catch (error) {
      if (isClaimLost(error)) this.#lease.lose("lost");
      this.signal.throwIfAborted();
      throw error;
    }
  }
}
