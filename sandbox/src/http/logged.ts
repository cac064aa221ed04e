import type { Clock } from "../clock.js";
import type { Log } from "../log.js";
import type { Peer } from "../status/routes.js";
import type { Recorder } from "../status/recorder.js";
import { isDropped } from "./faults.js";
import type { RequestContext } from "./request-context.js";

interface LogParts {
  /** What is known of each request. */
  readonly contexts: WeakMap<Request, RequestContext>;
  readonly log: Log;
  readonly clock: Clock;
  readonly recorder: Recorder;
}

type Answer = (request: Request, peer?: Peer) => Promise<Response>;

/**
 * Writes a line for every request, and keeps the last ones for the status page. Queries and bodies are left out: they
 * may hold secrets.
 */
export function logged(answer: Answer, { contexts, log, clock, recorder }: LogParts): Answer {
  return async (request, peer) => {
    const start = performance.now();
    const response = await answer(request, peer);
    const context = contexts.get(request);
    const facts = {
      method: request.method,
      path: new URL(request.url).pathname,
      status: response.status,
      ms: Math.round((performance.now() - start) * 10) / 10,
      requestId: response.headers.get("x-request-id") ?? context?.requestId,
      operation: context?.operation,
      credential: context?.credential?.credentialId,
    };
    log.info("request", { ...facts, ...(isDropped(response) && { dropped: true }) });
    // The page loads itself every few seconds: it would soon show nothing but itself.
    if (!facts.path.startsWith("/_sandbox")) {
      recorder.record({ ...facts, time: clock.now(), rateLimit: response.headers.get("ratelimit") });
    }
    return response;
  };
}
