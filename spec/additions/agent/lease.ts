import { sleep, type Clock } from "../../runtime/clock.js";
import type { NewClaim } from "../../types.js";
import { isClaimLost } from "./failures.js";
import type { AgentWorkspace } from "./options.js";

/** Why a session may no longer be run: its claim ran out, is no longer live, it was cancelled, or the worker stops. */
export type SessionEnd = "expired" | "lost" | "cancelled" | "stopping";

/** The reason of a run's signal. */
export class SessionEndedError extends Error {
  override readonly name = "SessionEndedError";
  readonly code: SessionEnd;

  constructor(code: SessionEnd) {
    super(
      {
        expired: "The claim ran out before it could be extended.",
        lost: "The claim is no longer live.",
        cancelled: "The session was cancelled.",
        stopping: "The worker stops.",
      }[code],
    );
    this.code = code;
  }
}

/** How long a claim is live without a sign of life, if the server's times tell nothing. */
const LEASE_MS = 120_000;

/** Signs of life come first when calls queue for the rate limit. */
export const URGENT = 100;

/** After a sign of life that failed, the next one comes sooner. */
const HURRY_MS = 3_000;

/** What a lease is made from. */
export interface LeaseSetup {
  readonly claims: AgentWorkspace["agentSessions"]["claims"];
  readonly claim: NewClaim;
  /** When the claim was asked for, on the clock. */
  readonly askedAt: number;
  /** The longest time between two signs of life. */
  readonly heartbeatMs: number;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/**
 * The right to run a session. It counts from when the claim, or the last sign of life that was heard, was *sent*: the
 * server's own time ends later, so that the worker stops before somebody else can begin.
 */
export class Lease {
  readonly #setup: LeaseSetup;
  readonly #leaseMs: number;
  readonly #run = new AbortController();
  readonly #over = new AbortController();
  #validUntil: number;
  #cancelTimer = (): void => {};
  #isLost = false;
  /** An end is on its way to the server: that the claim is not live any more may be its effect. */
  isEnding = false;

  constructor(setup: LeaseSetup) {
    this.#setup = setup;
    const span = Date.parse(setup.claim.expiresAt) - Date.parse(setup.claim.createdAt);
    this.#leaseMs = span > 0 ? span : LEASE_MS;
    this.#validUntil = setup.askedAt + this.#leaseMs;
    this.#watch();
    void this.#keep();
  }

  /** Ends the handler's work; its reason is a {@link SessionEndedError}. */
  get signal(): AbortSignal {
    return this.#run.signal;
  }

  /** Whether the worker may run the session and speak for it. */
  get isLive(): boolean {
    return !this.#isLost && this.#setup.clock.now() < this.#validUntil;
  }

  /** Ends when nothing has to be kept any more: the right is gone, or the server knows the session's end. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** @throws the reason when the session may no longer be run. */
  check(): void {
    this.checkTime();
    this.signal.throwIfAborted();
  }

  /** The same, but a worker that stops may still say the session's end. */
  checkTime(): void {
    if (this.isLive) return;
    this.lose("expired");
    this.signal.throwIfAborted();
  }

  /** The right is gone. */
  lose(end: Exclude<SessionEnd, "stopping">): void {
    if (this.#over.signal.aborted) return;
    this.#isLost = true;
    this.end();
    this.#run.abort(new SessionEndedError(end));
  }

  /** The worker has no more time, though the right is still there. */
  interrupt(): void {
    this.#run.abort(new SessionEndedError("stopping"));
  }

  /** Nothing has to be kept any more. */
  end(): void {
    this.#over.abort();
    this.#cancelTimer();
  }

  /** Ends the right when its time is over, whatever a sign of life under way may bring. */
  #watch(): void {
    this.#cancelTimer();
    const rest = this.#validUntil - this.#setup.clock.now();
    if (rest <= 0) return this.lose("expired");
    this.#cancelTimer = this.#setup.clock.after(rest, () => this.#watch());
  }

  async #keep(): Promise<void> {
    const { clock, onError } = this.#setup;
    const interval = Math.min(this.#setup.heartbeatMs, this.#leaseMs / 4);
    const { signal } = this.#over;
    for (let waitMs = interval; !signal.aborted;) {
      try {
        await sleep(clock, waitMs, signal);
        await this.#beat(signal);
        waitMs = interval;
      } catch (error) {
        if (signal.aborted) return;
        if (isClaimLost(error)) {
          if (!this.isEnding) this.lose("lost");
          return;
        }
        onError(error);
        waitMs = Math.min(interval, HURRY_MS);
      }
    }
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { claims, claim, clock } = this.#setup;
    const sentAt = clock.now();
    const options = { signal, priority: URGENT, timeoutMs: this.#leaseMs / 4 };
    const { state } = await claims.heartbeat(claim.sessionId, claim.claimId, { token: claim.token }, options);
    if (state !== "active") return this.lose(state === "cancelled" ? "cancelled" : "lost");
    this.#validUntil = sentAt + this.#leaseMs;
    this.#watch();
  }
}
