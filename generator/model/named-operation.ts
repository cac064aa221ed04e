import type { JsonObject } from "../base/json.js";

/** What a name is chosen by. */
export interface NamedOperation {
  readonly id: string;
  /** Lower case. */
  readonly method: string;
  readonly path: string;
  readonly operation: JsonObject;
}
