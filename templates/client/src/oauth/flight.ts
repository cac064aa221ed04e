/** Shares one piece of work among all who ask for it while it lasts. */
export interface Flights<T> {
  /** What the work gives; the signal ends the wait of its caller alone. */
  join(signal: AbortSignal, notify: () => void): Promise<T>;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
  isCommitted: boolean;
}

/**
 * Work that nobody waits for any more is given up, unless it has committed itself: a request that replaces a refresh
 * token has to be finished once it has left.
 */
export function createFlights<T>(
  work: (signal: AbortSignal, commit: () => void, notify: () => void) => Promise<T>,
): Flights<T> {
  let present: Flight<T> | undefined;

  function start(notify: () => void): Flight<T> {
    const controller = new AbortController();
    const commit = (): void => {
      flight.isCommitted = true;
    };
    const land = (): void => {
      if (present === flight) present = undefined;
    };
    // Not before the flight is there.
    const result = Promise.resolve().then(() => work(controller.signal, commit, notify));
    const flight: Flight<T> = { result, controller, waiting: 0, isCommitted: false };
    // All who wait may have left: their failure is no unhandled one.
    result.then(land, land);
    return flight;
  }

  return {
    async join(signal, notify) {
      const flight = (present ??= start(notify));
      flight.waiting++;
      try {
        return await untilAborted(flight.result, signal);
      } finally {
        flight.waiting--;
        if (flight.waiting === 0 && !flight.isCommitted) {
          if (present === flight) present = undefined;
          flight.controller.abort();
        }
      }
    },
  };
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
