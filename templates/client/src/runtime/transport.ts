import { isLoopback } from "./auth.js";
import { ConnectionError, isApiError, TimeoutError } from "./errors.js";
import { subjectOf } from "./events.js";
import type { CallContext, Fetch } from "./fetch.js";

/** Browsers stop at 20; an API has no reason for more than a few. */
const MAX_REDIRECTS = 5;

/** The longest that a timer can wait; longer ones fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** What may follow a redirect to another origin: nothing in these says who asks. */
const HARMLESS_HEADERS = ["accept", "accept-language", "range", "user-agent"];

/** The innermost fetch: one attempt over the network, with its time limit, redirects followed by hand. */
export function createTransport(fetch: (request: Request, init?: RequestInit) => Promise<Response>): Fetch {
  return async (request, call) => {
    for (let hops = 0, current = request; ; hops++) {
      const response = await attempt(fetch, current, call);
      const following = hops < MAX_REDIRECTS && redirected(current, response);
      if (!following) return response;
      await response.body?.cancel();
      current = following;
    }
  };
}

/**
 * Where a redirect leads. Only reads are followed, since 301 and 302 would turn a POST into a GET (RFC 9110, 15.4);
 * to another origin without credentials, and never from https to http. A browser does not tell where one leads:
 * there, and where none is followed, the redirect itself is the answer.
 */
function redirected(request: Request, response: Response): Request | undefined {
  const location = response.headers.get("location");
  if (response.status < 301 || response.status > 308 || response.status === 304 || location === null) return undefined;
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  const from = new URL(request.url);
  if (!URL.canParse(location, from)) return undefined;
  const url = new URL(location, from);
  if (url.protocol !== "https:" && !(from.protocol === "http:" && isLoopback(url.hostname))) return undefined;
  if (url.origin === from.origin) return new Request(url, request);
  const headers = HARMLESS_HEADERS.flatMap((name): [string, string][] => {
    const value = request.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return new Request(url, { method: request.method, headers, redirect: "manual", credentials: "omit" });
}

async function attempt(
  fetch: (request: Request, init?: RequestInit) => Promise<Response>,
  request: Request,
  call: CallContext | undefined,
): Promise<Response> {
  const { operationId, method, path } = subjectOf(request, call ?? {});
  const controller = new AbortController();
  const stop = (): void => controller.abort(call?.signal.reason);
  if (call?.signal.aborted) stop();
  call?.signal.addEventListener("abort", stop);
  const limit = call?.attemptTimeoutMs ?? Infinity;
  const timer =
    limit <= MAX_TIMER_MS &&
    setTimeout(() => {
      controller.abort(new TimeoutError(`${method} ${path}: no answer within ${limit} ms`, { operationId }));
    }, limit);
  try {
    return await fetch(request, { signal: controller.signal });
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason;
    throw isApiError(error) ? error : connectionError(`${method} ${path}`, error, operationId);
  } finally {
    // The listener stays: until the body is read, the caller's signal must reach it. It goes with the call.
    if (timer) clearTimeout(timer);
  }
}

/** Only the code of the cause is kept, such as ECONNREFUSED: what a custom fetch throws may hold the whole request. */
export function connectionError(subject: string, error: unknown, operationId: string | undefined): ConnectionError {
  const causes = [error instanceof Error ? error.cause : undefined, error];
  const code = causes.map((cause) => cause instanceof Object && "code" in cause && cause.code).find(Boolean);
  const reason = typeof code === "string" ? ` (${code})` : "";
  return new ConnectionError(`${subject}: the connection failed${reason}`, { operationId });
}
