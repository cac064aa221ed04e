import type { Emit, EventSubject } from "./events.js";
import type { CallContext, OutgoingRequest, Ring } from "./fetch.js";

/** What events and messages call a request. */
export function subjectOf({ method, url }: OutgoingRequest, { operation }: CallContext): EventSubject {
  return { operationId: operation?.id, method, path: operation?.path ?? new URL(url).pathname };
}

/** The ring that tells of requests and their responses. */
export function observeRing({ emit }: { readonly emit: Emit }): Ring {
  return async (request, next, call) => {
    const subject = subjectOf(request, call);
    const start = performance.now();
    emit({ ...subject, type: "request" });
    const response = await next(request);
    emit({ ...subject, type: "response", status: response.status, durationMs: performance.now() - start });
    return response;
  };
}
