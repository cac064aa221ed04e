import { AbortError, isApiError, TimeoutError } from "./errors.js";

/** A span of time that ends by its limits, by an outer signal, or when its work is done. */
export interface Lifetime {
  /** Its reason is the error that the work fails with. */
  readonly signal: AbortSignal;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  /** Settles as `work` does, but fails as soon as the time is over, even if `work` does not notice. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Sets the time for the next step; `Infinity`: none. */
  limit(ms: number): void;
  /** Forgets all limits; the outer signal still counts. */
  release(): void;
  /** Leaves no timer and no listener behind. */
  end(): void;
}

/** Node warns of a leak when a signal has more than ten listeners, so that one serves all calls on a signal. */
const listeners = new WeakMap<
  AbortSignal,
  { readonly callbacks: Set<() => void>; readonly run: () => void }
>();

/** Calls back when the signal aborts; returns what undoes this. */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = new Set<() => void>();
  const listener = listeners.get(signal) ?? { callbacks, run: () => callbacks.forEach((each) => each()) };
  listeners.set(signal, listener);
  listener.callbacks.add(callback);
  signal.addEventListener("abort", listener.run);
  return () => {
    if (!listener.callbacks.delete(callback) || listener.callbacks.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener("abort", listener.run);
  };
}

/** Starts a lifetime. */
export function startLifetime(outer: AbortSignal | undefined, wholeMs: number): Lifetime {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => {
    const reason: unknown = outer?.reason;
    controller.abort(isApiError(reason) ? reason : new AbortError("aborted by the caller"));
  };
  const timers: ReturnType<typeof setTimeout>[] = [];
  const set = (index: number, ms: number): void => {
    clearTimeout(timers[index]);
    // A timer that is longer than this fires at once.
    if (ms >= 2 ** 31) return;
    timers[index] = setTimeout(() => {
      controller.abort(new TimeoutError(`not done within ${ms} ms`));
    }, ms);
  };
  const release = (): void => timers.forEach(clearTimeout);
  set(0, wholeMs);
  const leave = outer && onAbort(outer, stop);
  if (outer?.aborted) stop();
  return {
    signal,
    deadline: performance.now() + wholeMs,
    race: (work) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(signal.reason);
        signal.addEventListener("abort", fail);
        if (signal.aborted) fail();
        work.then(resolve, reject).finally(() => signal.removeEventListener("abort", fail));
      }),
    limit: (ms) => set(1, ms),
    release,
    end: () => {
      release();
      leave?.();
    },
  };
}
