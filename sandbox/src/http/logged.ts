import type { Log } from "../log.js";
import { isDropped } from "./faults.js";
import type { RequestContext } from "./request-context.js";

/** Writes a line for every request. Its query and its body are left out: they may hold secrets. */
export function logged(
  answer: (request: Request) => Promise<Response>,
  contexts: WeakMap<Request, RequestContext>,
  log: Log,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const start = performance.now();
    const response = await answer(request);
    const context = contexts.get(request);
    log.info("request", {
      method: request.method,
      path: new URL(request.url).pathname,
      status: response.status,
      ms: Math.round((performance.now() - start) * 10) / 10,
      requestId: response.headers.get("x-request-id") ?? context?.requestId,
      operation: context?.operation,
      credential: context?.credential?.credentialId,
      ...(isDropped(response) && { dropped: true }),
    });
    return response;
  };
}
