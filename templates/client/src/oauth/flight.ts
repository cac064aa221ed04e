/** Shares one piece of work among all who ask for it while it lasts. */
export interface Flights<T> {
  /** What the work gives. `signal` ends the wait of this caller alone; `notify` is that of whoever started it. */
  join(signal: AbortSignal, notify: () => void): Promise<T>;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** The signal of the work aborts when nobody waits for it any more: what it still waits for itself, it can give up. */
export function createFlights<T>(work: (signal: AbortSignal, notify: () => void) => Promise<T>): Flights<T> {
  let present: Flight<T> | undefined;

  function start(notify: () => void): Flight<T> {
    const controller = new AbortController();
    const flight: Flight<T> = { result: work(controller.signal, notify), controller, waiting: 0 };
    const land = (): void => {
      if (present === flight) present = undefined;
    };
    // Where all who waited have left, a failure is no unhandled rejection.
    flight.result.then(land, land);
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
        if (flight.waiting === 0) {
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
