import type { Clock } from "../clock.js";
import type { Database } from "../database/open.js";
import type { Ids } from "../ids.js";
import type { LogFacts } from "../log.js";

/** What deliveries are made with. */
export interface DeliveryParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Whether receivers may be on the own machine or network, and without TLS. */
  readonly allowLocal: boolean;
  /** What the `source` of events begins with. */
  readonly sourceBase: string;
  /** Called about once an hour of the clock, to put other things in order. */
  readonly tidy?: (now: Date) => Promise<void>;
  /** Told of each attempt, for the log. */
  readonly onAttempt?: (facts: LogFacts) => void;
  /** Told of faults of the worker itself, such as a database that is away. It carries on. */
  readonly onError?: (error: unknown) => void;
}
