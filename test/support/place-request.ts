import { Lifetime } from "../../templates/client/src/runtime/lifetime.js";
import type { PlaceRequest } from "../../templates/client/src/runtime/rate-limiter.js";

let sequence = 0;

/** Asks for one place, in turn, and waits for as long as it takes. */
export function placeRequest({
  signal,
  ...request
}: Partial<PlaceRequest> & { signal?: AbortSignal } = {}): PlaceRequest {
  const lifetime = new Lifetime(signal, Infinity);
  sequence += 1;
  return {
    cost: 1,
    priority: 0,
    sequence,
    lifetime,
    maxWaitMs: Infinity,
    maxQueue: Infinity,
    onWait: () => {},
    ...request,
  };
}
