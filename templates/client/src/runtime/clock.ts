/** Time, as the runtime sees it. Another clock makes tests of long windows short. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls back after so many milliseconds; returns what prevents it. */
  after(ms: number, callback: () => void): () => void;
}

/** Timers hold 31 bits; a longer one would fire at once. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Waits; the signal ends it with its reason. Leaves no timer and no listener behind. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const until = clock.now() + ms;
    let cancel = (): void => {};
    const stop = (): void => {
      cancel();
      reject(signal.reason);
    };
    const wait = (): void => {
      const rest = until - clock.now();
      if (rest > 0) {
        cancel = clock.after(rest, wait);
        return;
      }
      signal.removeEventListener("abort", stop);
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
    wait();
  });
}
