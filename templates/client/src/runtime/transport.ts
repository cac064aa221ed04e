import { isEncrypted, parsedUrl } from "./urls.js";
import { ConnectionError, isApiError, type ErrorFacts } from "./errors.js";
import type { CallContext, Fetch, OutgoingRequest, Send } from "./layer.js";
import { stopAfter } from "./lifetime.js";
import { own } from "./objects.js";

/** Browsers stop at 20; an API has no reason for more than a few. */
const MAX_REDIRECTS = 5;

/** The innermost part: one attempt over the network, with its time limit, redirects followed by hand. */
export function createTransport(fetch: Fetch): Send {
  return async (request, call) => {
    call.attempts += 1;
    for (let hops = 0; ; hops++) {
      const response = await attempt(fetch, request, call);
      if (response.type === "opaqueredirect" && mayFollow(request))
        return attempt(fetch, request, {
          ...call,
          fetchOptions: { ...call.fetchOptions, redirect: "follow" },
        });
      const following = redirected(request, response);
      if (!following || hops === MAX_REDIRECTS) return response;
      discard(response);
      request = following;
    }
  };
}

/**
 * Whether a browser, which does not tell where a redirect leads, may follow it by itself. On the way to another origin
 * it drops the Authorization header, and no other.
 */
function mayFollow({ method, headers }: OutgoingRequest): boolean {
  const isSecret = (name: string): boolean =>
    name !== "authorization" && !/^(accept|if-none-match|last-event-id)$/.test(name);
  return (method === "GET" || method === "HEAD") && !Object.keys(headers).some(isSecret);
}

/**
 * Where a redirect leads. Only reads are followed, since 301 and 302 would turn a POST into a GET (RFC 9110, 15.4);
 * to another origin bare of all headers, and never to where it is not encrypted. A browser does not tell where one
 * leads: there, and where none is followed, the redirect itself is the answer.
 */
function redirected(request: OutgoingRequest, { status, headers }: Response): OutgoingRequest | undefined {
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (status < 301 || status > 308 || !isRead) return undefined;
  const location = headers.get("location");
  const url = location ? parsedUrl(location, request.url) : undefined;
  if (!url) return undefined;
  const isHome = url.origin === new URL(request.url).origin;
  if (!isHome && !isEncrypted(url)) return undefined;
  return { ...request, url: url.href, headers: isHome ? request.headers : {} };
}

function attempt(
  fetch: Fetch,
  { method, url, headers, body }: OutgoingRequest,
  call: CallContext,
): Promise<Response> {
  const { lifetime, attemptTimeoutMs = Infinity, fetchOptions } = call;
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const stop = (reason: unknown): void => {
      controller.abort(reason);
      reject(reason);
    };
    // The end of the call still has to reach the body, until that is read.
    lifetime.onEnd(stop);
    call.endAttempt = stop;
    const { signal } = controller;
    if (signal.aborted) return;
    const timer = stopAfter(attemptTimeoutMs, stop);
    // A stream has to say that it is one; what is no stream may say so too.
    const init = {
      redirect: "manual",
      ...fetchOptions,
      method,
      headers,
      body,
      signal,
      duplex: "half",
    } as const;
    const settle =
      <V>(tell: (value: V) => void) =>
      (value: V): void => {
        clearTimeout(timer);
        tell(value);
      };
    const fail = settle((error: unknown) =>
      reject(connectionError(error, undefined, ` to ${new URL(url).host}`)),
    );
    new Promise<Response>((start) => start(fetch(url, init))).then(settle(resolve), fail);
  });
}

/** Lets go of a body that nobody reads: it would keep its connection. */
export function discard({ body }: Response): void {
  void body?.cancel().catch(() => {});
}

/**
 * The error for what a fetch throws. What is no failure of the network stays as it is: errors of the runtime, bugs, and
 * errors of classes that code of the caller's has made.
 */
export function connectionError(error: unknown, facts?: ErrorFacts, to = ""): unknown {
  const cause = (error instanceof Error && error.cause) || error;
  const code = own(cause, "code");
  if (isApiError(error) || (error instanceof Error && typeof code !== "string" && isForeign(error)))
    return error;
  const reason = code ?? (cause instanceof Error ? cause.name : "unknown");
  return new ConnectionError(`the connection${to} failed (${String(reason)})`, { ...facts, cause: error });
}

/** Messages of a `TypeError` that are those of a bug: platforms give the same class to a failed connection. */
const BUG = /is not (a|an|defined|iterable)|^cannot |undefined|\bnull\b|invocation/i;

function isForeign({ name, message, constructor }: Error): boolean {
  if (name === "TypeError") return BUG.test(message);
  return !/^(Error|DOMException|AbortError|TimeoutError|FetchError|SystemError|NetworkError)$/.test(
    constructor.name,
  );
}
