import type { Clock } from "../clock.js";
import { redact, type Log } from "../log.js";
import { rateLimitsOf } from "../status/rate-limit-fields.js";
import type { Recorder } from "../status/recorder.js";
import { isDropped } from "./faults.js";
import type { Peer } from "./peer.js";
import type { RequestContext } from "./request-context.js";

interface LogParts {
  /** What is known of each request. */
  readonly contexts: WeakMap<Request, RequestContext>;
  readonly log: Log;
  readonly clock: Clock;
  readonly recorder: Recorder;
}

type Answer = (request: Request, peer?: Peer) => Promise<Response>;

/** What loads itself every few seconds, or is asked by a supervisor: there would soon be nothing else to see. */
const UNTOLD = /^\/(_sandbox(\/.*)?|healthz|readyz|favicon\.ico)$/;

/**
 * Writes a line for every request, and keeps the last ones for the status page: with why it failed, and the fault that
 * it asked for. Queries and bodies are left out, since they may hold secrets.
 */
export function logged(answer: Answer, { contexts, log, clock, recorder }: LogParts): Answer {
  return async (request, peer) => {
    const start = performance.now();
    const response = await answer(request, peer);
    const path = new URL(request.url).pathname;
    if (UNTOLD.test(path) && response.status < 500) return response;
    const context = contexts.get(request);
    const facts = {
      method: request.method,
      path,
      status: response.status,
      ms: Math.round((performance.now() - start) * 10) / 10,
      requestId: response.headers.get("x-request-id") ?? context?.requestId,
      operation: context?.operation,
      credential: context?.credential?.credentialId,
      fault: request.headers.get("x-sandbox-fault")?.slice(0, 60),
      ...(isDropped(response) ? { dropped: true } : response.status >= 400 && (await problemOf(response))),
    };
    log.info("request", facts);
    if (path === "/") return response;
    recorder.record({ ...facts, time: clock.now(), rateLimits: rateLimitsOf(response.headers) });
    return response;
  };
}

/** What a problem body, or an error of OAuth, says. */
async function problemOf(response: Response): Promise<{ code?: string; reason?: string }> {
  const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  // The answer to HEAD has the type of a body that it does not have.
  if (!isJson || response.body === null) return {};
  // Only we write them, and both are objects.
  const body = (await response.clone().json()) as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string => (typeof value === "string" ? redact(value) : "");
  const code = text(body["code"] ?? body["error"]);
  const said = text(body["message"] ?? body["error_description"]);
  // A single detail often stands in the message already.
  const details = (Array.isArray(body["errors"]) ? body["errors"] : [])
    .map(({ pointer, message }: Readonly<Record<string, unknown>>) => [text(pointer), text(message)] as const)
    .filter(([, message]) => !said.includes(message))
    .map(([pointer, message]) => `${pointer}: ${message}`);
  const reason = [said, ...details.slice(0, 3)].join(" ").trim();
  return { ...(code !== "" && { code }), ...(reason !== "" && { reason }) };
}
