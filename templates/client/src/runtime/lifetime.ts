import { LONGEST_TIMER_MS } from "./clock.js";
import { AbortError, isApiError, TimeoutError } from "./errors.js";
import type { CallLifetime } from "./layer.js";

/** Stops what takes longer than this, unless the timer that it returns is cleared; `option` is what sets the limit. */
export function stopAfter(
  ms: number,
  stop: (reason: unknown) => void,
  option = "attemptTimeoutMs",
): ReturnType<typeof setTimeout> | undefined {
  if (ms > LONGEST_TIMER_MS) return undefined;
  return setTimeout(() => stop(new TimeoutError(`not done within ${ms} ms (${option})`)), ms);
}

/** A call's span of time, which ends by its limits, by the caller's signal, or when its work is done. */
export class Lifetime implements CallLifetime {
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly #callbacks = new Set<(reason: unknown) => void>();
  readonly #whole: ReturnType<typeof setTimeout> | undefined;
  readonly #leave: (() => void) | undefined;
  #step: ReturnType<typeof setTimeout> | undefined;
  #controller: AbortController | undefined;
  #reason: unknown;

  constructor(outer: AbortSignal | undefined, wholeMs: number) {
    this.deadline = performance.now() + wholeMs;
    this.#whole = stopAfter(wholeMs, (reason) => this.stop(reason), "timeoutMs");
    this.#leave = outer && onAbort(outer, (reason) => this.stop(reason));
  }

  /** Its reason is the error that the work fails with. A signal is dear: it is made when it is first asked for. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  onEnd(callback: (reason: unknown) => void): void {
    if (this.#reason) callback(this.#reason);
    else this.#callbacks.add(callback);
  }

  offEnd(callback: (reason: unknown) => void): void {
    this.#callbacks.delete(callback);
  }

  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  throwIfOver(): void {
    if (this.#reason) throw this.#reason;
  }

  /** The time is over, for this reason. */
  stop(reason: unknown): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const callback of this.#callbacks) callback(reason);
  }

  /** Starts work and settles as it does, but fails as soon as the time is over, even if the work does not notice. */
  race<T>(start: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.onEnd(reject);
      if (this.#reason) return;
      const settle =
        <V>(tell: (value: V) => void) =>
        (value: V): void => {
          this.offEnd(reject);
          tell(value);
        };
      start().then(settle(resolve), settle(reject));
    });
  }

  /** Sets the time for the next step; `Infinity`: none. */
  limit(ms: number): void {
    clearTimeout(this.#step);
    this.#step = stopAfter(ms, (reason) => this.stop(reason));
  }

  /** Forgets all limits; the caller's signal still counts. */
  release(): void {
    clearTimeout(this.#whole);
    clearTimeout(this.#step);
  }

  /** Leaves no timer and no listener behind. */
  end(): void {
    this.release();
    this.#leave?.();
  }
}

/** Node warns of a leak when a signal has more than ten listeners, so that one serves all calls on a signal. */
const listeners = new WeakMap<
  AbortSignal,
  { readonly callbacks: Set<() => void>; readonly run: () => void }
>();

/** Calls back with the error that an abort by the caller means, at once if it came already; returns what undoes this. */
function onAbort(signal: AbortSignal, stop: (reason: unknown) => void): () => void {
  const tell = (): void => {
    const reason: unknown = signal.reason;
    stop(isApiError(reason) ? reason : new AbortError("aborted by the caller", { cause: reason }));
  };
  if (signal.aborted) tell();
  const callbacks = new Set<() => void>();
  const listener = listeners.get(signal) ?? { callbacks, run: () => callbacks.forEach((each) => each()) };
  listeners.set(signal, listener);
  listener.callbacks.add(tell);
  signal.addEventListener("abort", listener.run);
  return () => {
    if (!listener.callbacks.delete(tell) || listener.callbacks.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener("abort", listener.run);
  };
}
