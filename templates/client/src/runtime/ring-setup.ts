import type { AuthRing } from "./auth.js";
import type { Emit } from "./events.js";
import type { Ring } from "./fetch.js";
import type { ApiPolicy } from "./operation.js";
import type { ApiOptions } from "./options.js";

/** What rings are made from: one ring serves all calls of a client. */
export interface RingSetup {
  readonly policy: ApiPolicy;
  readonly options: ApiOptions;
  readonly emit: Emit;
  readonly identify: AuthRing["identify"];
}

/** Makes a ring for a client. */
export type RingMaker = (setup: RingSetup) => Ring;
