import type { AuthLayer } from "./auth.js";
import type { Emit } from "./events.js";
import type { Layer } from "./fetch.js";
import type { ApiPolicy } from "./operation.js";
import type { ApiOptions } from "./options.js";

/** What layers are made from: one layer serves all calls of a client. */
export interface LayerSetup {
  readonly policy: ApiPolicy;
  readonly options: ApiOptions;
  readonly emit: Emit;
  readonly identify: AuthLayer["identify"];
}

/** Makes a layer for a client. */
export type LayerFactory = (setup: LayerSetup) => Layer;
