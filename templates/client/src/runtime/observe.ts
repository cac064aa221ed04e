import type { Emit, EventSubject } from "./events.js";
import type { CallContext, Layer, OutgoingRequest } from "./layer.js";

/** What events and messages call a request. */
export function subjectOf({ method, url }: OutgoingRequest, { id, operation }: CallContext): EventSubject {
  return { callId: id, operationId: operation?.id, method, path: operation?.path ?? new URL(url).pathname };
}

/** The layer that tells of requests and their responses. */
export function observeLayer({ emit }: { readonly emit: Emit }): Layer {
  return async (request, next, call) => {
    const subject = subjectOf(request, call);
    const start = performance.now();
    emit({ ...subject, type: "request" });
    const response = await next(request, call).catch((error: unknown) => {
      // A call of an operation tells its failure itself, with all that it knows.
      if (!call.operation) emit({ ...subject, type: "error", error });
      throw error;
    });
    emit({ ...subject, type: "response", status: response.status, durationMs: performance.now() - start });
    return response;
  };
}
