import { AbortError, TimeoutError, type ErrorFacts } from "./errors.js";
import { MAX_TIMER_MS } from "./transport.js";

/** The span of a call: ends at its deadline, by the caller's signal, or when it is done. */
export interface Lifetime {
  /** Its reason is the error that the call fails with. */
  readonly signal: AbortSignal;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  /** Settles as `work` does, but fails at once when the call is ended, even if `work` does not notice. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Ends the call unless this is called again, or {@link end}, within the time. */
  limit(ms: number): void;
  /** Forgets the deadline: what comes now is a stream, for which only {@link limit} holds. */
  release(): void;
  /** Leaves no timer and no listener behind. */
  end(): void;
}

export function startLifetime(
  subject: string,
  facts: ErrorFacts,
  outer: AbortSignal | undefined | null,
  timeoutMs: number,
): Lifetime {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => controller.abort(new AbortError(`${subject}: aborted by the caller`, facts));
  const after = (ms: number): ReturnType<typeof setTimeout> | undefined => {
    if (ms > MAX_TIMER_MS) return undefined;
    return setTimeout(() => {
      controller.abort(new TimeoutError(`${subject}: not done within ${ms} ms`, facts));
    }, ms);
  };
  const whole = after(timeoutMs);
  let step: ReturnType<typeof setTimeout> | undefined;
  if (outer?.aborted) stop();
  outer?.addEventListener("abort", stop);
  return {
    signal,
    deadline: performance.now() + timeoutMs,
    race: (work) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(signal.reason);
        if (signal.aborted) fail();
        signal.addEventListener("abort", fail);
        work.then(resolve, reject).finally(() => signal.removeEventListener("abort", fail));
      }),
    limit: (ms) => {
      clearTimeout(step);
      step = after(ms);
    },
    release: () => clearTimeout(whole),
    end: () => {
      clearTimeout(step);
      clearTimeout(whole);
      outer?.removeEventListener("abort", stop);
    },
  };
}
