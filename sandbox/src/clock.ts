/** Where all times come from. */
export interface Clock {
  /** What time it is. */
  now(): Date;
  /** How many times faster than real time it goes: 60 makes a minute of every second. */
  readonly factor: number;
  /** How long to wait, in real milliseconds, for a span of this clock. */
  toReal(ms: number): number;
}

/**
 * A clock that goes `factor` times as fast as the real one. It shows the right time at first or, when told, `shown` at
 * the real time `real`.
 */
export function createClock(
  factor = 1,
  from?: { readonly shown: number; readonly real: number },
  real: () => number = Date.now,
): Clock {
  if (!(factor > 0 && Number.isFinite(factor))) {
    throw new RangeError(`The clock's factor must be a positive number, not ${factor}.`);
  }
  const start = from ?? { shown: real(), real: real() };
  return {
    factor,
    now: () => new Date(start.shown + (real() - start.real) * factor),
    toReal: (ms) => ms / factor,
  };
}

/** A clock that stands still until it is told to go on. For tests. */
export interface ManualClock extends Clock {
  /** Lets this many milliseconds pass. */
  advance(ms: number): void;
}

export function createManualClock(start = new Date("2026-03-02T09:00:00.000Z")): ManualClock {
  let now = start.getTime();
  return {
    factor: 1,
    now: () => new Date(now),
    toReal: (ms) => ms,
    advance: (ms) => {
      now += ms;
    },
  };
}

/** A moment `ms` milliseconds after another. */
export function after(moment: Date, ms: number): Date {
  return new Date(moment.getTime() + ms);
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
