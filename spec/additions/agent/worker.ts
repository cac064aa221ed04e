import { sleep, systemClock, type Clock } from "../../runtime/clock.js";
import type { NewClaim, WorkerCommand } from "../../types.js";
import { isTemporary, isWorkerUnknown } from "./failures.js";
import { Lease, SessionEndedError, URGENT } from "./lease.js";
import { onSignals } from "./signals.js";
import type { AgentWorkspace, WorkerEvent, WorkerOptions } from "./options.js";
import { LiveSession, type SessionHandler } from "./session-run.js";

/** What is left to a handler after its signal has ended for the stop of the worker. */
const SETTLE_MS = 2_000;

/**
 * Runs an agent's sessions, one at a time: registers, gives signs of life, asks for work, claims it, keeps the claim
 * while the handler works, and says how it ended. It never runs a session whose claim it has lost.
 *
 * ```ts
 * const worker = new AgentWorker(workspace, { agentId: "agt_fixer", name: hostname(), mode: "local" }, async (session, run) => {
 *   await run.report({ type: "progress", text: "Looking into it." });
 *   return await solve(session.prompt, run.signal);
 * });
 * await worker.run(); // until SIGTERM, SIGINT or the server stops it
 * ```
 */
export class AgentWorker {
  readonly #workspace: AgentWorkspace;
  readonly #options: WorkerOptions;
  readonly #handler: SessionHandler;
  readonly #clock: Clock;
  /** Ends the search for work. */
  readonly #stop = new AbortController();
  /** Ends the session that runs. */
  readonly #halt = new AbortController();
  readonly #presence = new AbortController();
  #workerId: string | undefined;
  #registering: Promise<void> | undefined;
  #current: { readonly sessionId: string; readonly lease: Lease } | undefined;
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isWoken = false;
  #wake = (): void => {};

  constructor(workspace: AgentWorkspace, options: WorkerOptions, handler: SessionHandler) {
    this.#workspace = workspace;
    this.#options = options;
    this.#handler = handler;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Works until it is stopped. It can be run once.
   *
   * @throws the error of the server when the agent is unknown, or the credential may not run it.
   */
  run(): Promise<void> {
    this.#running ??= this.#live();
    return this.#running;
  }

  /**
   * Takes no more work, lets the session that runs come to its end, gives it back when that takes too long, and
   * deregisters. Resolves when all of it is done.
   */
  async stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    const { graceMs = this.#options.graceMs ?? 20_000 } = options;
    if (!this.#stop.signal.aborted) this.#tell({ type: "stopping" });
    this.#stop.abort();
    this.#wake();
    if (this.#current && graceMs < Infinity) {
      const cancel = this.#clock.after(graceMs, () => this.#halt.abort());
      this.#presence.signal.addEventListener("abort", cancel, { once: true });
    }
    await this.#running?.catch(() => {});
  }

  /** Asks for work at once, such as when the webhook `agent_session.queued` came. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  async #live(): Promise<void> {
    const { signals = ["SIGTERM", "SIGINT"] } = this.#options;
    const forget = onSignals(signals, () => void this.stop());
    let presence: Promise<void> | undefined;
    try {
      await this.#repeat(
        this.#stop.signal,
        async () => {
          if (this.#workerId === undefined) await this.#register();
          presence ??= this.#beat();
          await this.#search();
        },
        (ms) => this.#pause(ms),
      );
      this.#presence.abort();
      await presence;
      if (this.#workerId !== undefined) await this.#deregister();
    } finally {
      this.#presence.abort();
      forget();
      this.#tell({ type: "stopped" });
    }
    if (this.#failure) throw this.#failure.error;
  }

  /** Repeats a step until the signal ends it. After a failure, the next try waits. */
  async #repeat(
    signal: AbortSignal,
    step: () => Promise<void>,
    wait: (ms: number) => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error);
        await wait(this.#pollMs);
      }
    }
  }

  /** After a failure: registers anew if the server does not know the worker, and gives up on what no time can mend. */
  async #recover(error: unknown): Promise<void> {
    try {
      if (!isWorkerUnknown(error)) throw error;
      await this.#register();
    } catch (reason) {
      this.#tell({ type: "error", error: reason });
      if (isTemporary(reason)) return;
      this.#failure ??= { error: reason };
      void this.stop();
    }
  }

  /** Registers; who notices at the same time that the worker is unknown shares one registration. */
  #register(): Promise<void> {
    const register = async (): Promise<void> => {
      const { agentId, name, mode } = this.#options;
      const { workers } = this.#workspace;
      const { workerId } = await workers.register(agentId, { name, mode }, { priority: URGENT });
      this.#workerId = workerId;
      this.#tell({ type: "registered", workerId });
    };
    this.#registering ??= register().finally(() => (this.#registering = undefined));
    return this.#registering;
  }

  async #deregister(): Promise<void> {
    const call = this.#workspace.workers.deregister(this.#id, undefined, {
      timeoutMs: 5_000,
      priority: URGENT,
    });
    // The server finds out by itself, only later.
    await call.catch((error: unknown) => this.#tell({ type: "error", error }));
  }

  get #id(): string {
    return this.#workerId ?? "";
  }

  get #pollMs(): number {
    return this.#options.pollMs ?? 5_000;
  }

  get #heartbeatMs(): number {
    return this.#options.heartbeatMs ?? 30_000;
  }

  /** Gives signs of life, and does what the server says. */
  #beat(): Promise<void> {
    const { signal } = this.#presence;
    const wait = (ms: number): Promise<void> => sleep(this.#clock, ms, signal).catch(() => {});
    const step = async (): Promise<void> => {
      const options = { signal, priority: URGENT, timeoutMs: this.#heartbeatMs };
      const { commands } = await this.#workspace.workers.heartbeat(this.#id, undefined, options);
      for (const command of commands) this.#obey(command);
      await wait(this.#heartbeatMs);
    };
    return this.#repeat(signal, step, wait);
  }

  #obey(command: WorkerCommand): void {
    // The server waits for what runs to come to its end, however long that takes.
    if (command.type === "stop") void this.stop({ graceMs: Infinity });
    if (command.type === "cancel_session" && command.sessionId === this.#current?.sessionId)
      this.#current.lease.lose("cancelled");
  }

  /** Asks for work, and does it. */
  async #search(): Promise<void> {
    const askedAt = this.#clock.now();
    const claimed = await this.#claimNext();
    if (claimed) await this.#runSession(claimed.claim, claimed.askedAt);
    // Where the server held its answer back, that was the wait.
    else await this.#pause(this.#pollMs - (this.#clock.now() - askedAt));
  }

  async #claimNext(): Promise<{ claim: NewClaim; askedAt: number } | undefined> {
    const { waitSeconds: wait = 20 } = this.#options;
    const { agentSessions } = this.#workspace;
    const query = { state: ["queued" as const], workerId: this.#id, wait, limit: 10 };
    this.#isWoken = false;
    const page = await agentSessions.list(query, { signal: this.#stop.signal });
    for (const { sessionId } of page.agentSessions) {
      if (this.#stop.signal.aborted) return undefined;
      const askedAt = this.#clock.now();
      // Not ended by the signal: a claim that was granted and not heard of would hold the session up.
      const result = await agentSessions.claims.create(sessionId, { workerId: this.#id }).safe();
      if (result.ok) return { claim: result.data, askedAt };
      const { code } = result.error;
      // This worker's earlier life still holds another one.
      if (code === "worker_busy") return undefined;
      // Somebody else was first, or it is gone.
      if (!["session_already_claimed", "session_state_invalid", "session_not_found"].includes(code ?? ""))
        throw result.error;
    }
    return undefined;
  }

  async #runSession(claim: NewClaim, askedAt: number): Promise<void> {
    const { agentSessions } = this.#workspace;
    const { claims } = agentSessions;
    const { sessionId } = claim;
    const clock = this.#clock;
    const onError = (error: unknown): void => this.#tell({ type: "error", error });
    const lease = new Lease({ claims, claim, askedAt, heartbeatMs: this.#heartbeatMs, clock, onError });
    const live = new LiveSession(agentSessions, claim, lease, { clock, pollMs: this.#pollMs });
    const interrupt = (): void => lease.interrupt();
    this.#current = { sessionId, lease };
    this.#halt.signal.addEventListener("abort", interrupt);
    this.#tell({ type: "claimed", sessionId });
    try {
      if (this.#stop.signal.aborted) await live.release("The worker stops.");
      else await this.#handle(claim, live);
      if (live.ending) this.#tell({ type: live.ending, sessionId });
    } catch (error) {
      const isOver = error instanceof SessionEndedError;
      this.#tell(isOver ? { type: "lost", sessionId, reason: error.code } : { type: "error", error });
    } finally {
      this.#halt.signal.removeEventListener("abort", interrupt);
      lease.end();
      this.#current = undefined;
    }
  }

  /** Runs the handler, and says the end that it did not say itself. @throws SessionEndedError when there is none to say. */
  async #handle(claim: NewClaim, live: LiveSession): Promise<void> {
    try {
      const work = Promise.resolve().then(() => this.#handler(claim.session, live));
      const summary = await Promise.race([work, this.#abandoned()]);
      if (!this.#mustSayEnd(live)) return await live.settled();
      await live.complete(summary ?? undefined);
    } catch (error) {
      if (!(error instanceof SessionEndedError)) this.#tell({ type: "error", error });
      if (!this.#mustSayEnd(live)) return await live.settled();
      if (this.#halt.signal.aborted) return await live.release("The worker stops.");
      await live.fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** Whether the end is still to be said. @throws SessionEndedError when the right to say it is gone. */
  #mustSayEnd(live: LiveSession): boolean {
    if (live.ending) return false;
    if (!this.#halt.signal.aborted) live.signal.throwIfAborted();
    return true;
  }

  /** Fails when the worker has to go, and the handler does not heed its signal. */
  #abandoned(): Promise<never> {
    return new Promise((_, reject) => {
      const leave = (): void => {
        const cancel = this.#clock.after(SETTLE_MS, () => reject(new SessionEndedError("stopping")));
        this.#presence.signal.addEventListener("abort", cancel, { once: true });
      };
      this.#halt.signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Waits, unless there is something to do: {@link wake} or {@link stop} was called. */
  async #pause(ms: number): Promise<void> {
    if (this.#isWoken || this.#stop.signal.aborted || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #tell(event: WorkerEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch {
      // A listener that fails must not stop the worker.
    }
  }
}
