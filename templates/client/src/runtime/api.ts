import { authRing, type SecurityScheme } from "./auth.js";
import { toldDelayMs } from "./delay.js";
import { RequestError } from "./errors.js";
import { createEmit, observeRing, type Emit } from "./events.js";
import { compose, type Fetch, type RingMaker } from "./fetch.js";
import { startLifetime } from "./lifetime.js";
import { limiterRing } from "./limiter-ring.js";
import type { ApiPolicy } from "./operation.js";
import type { ApiOptions } from "./options.js";
import type { WindowSnapshot } from "./rate-limiter.js";
import { baseUrlOf, own } from "./request.js";
import { retryRing } from "./retry.js";
import { createTransport } from "./transport.js";

export type { ApiOptions } from "./options.js";

/** An API as its spec states it. Emitted once for each client. */
export interface ApiDefinition {
  /** The package that this is part of. */
  readonly name: string;
  readonly version: string;
  /** The base URL, where the spec has one. */
  readonly server?: string;
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  readonly policy: ApiPolicy;
  /** Values of parameters that clients fill in; options of the same name come first. */
  readonly defaults: Readonly<Record<string, string>>;
}

/** What operations are called with: a fetch with an API's behaviour. It shows no secret, however it is printed. */
export interface Api {
  readonly baseUrl: string;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  /** Sends any request with the client's credentials, limits and retries. */
  readonly fetch: Fetch;
  readonly emit: Emit;
  /** Takes this client's secrets out of a text. */
  redact(text: string): string;
  /** When a refusal says to try again, in milliseconds. */
  retryAfterMs(response: Response, message?: string): number | undefined;
  readonly rateLimit: RateLimitStatus;
}

/** How full the rate-limit windows are. */
export interface RateLimitStatus {
  snapshot(): WindowSnapshot[];
}

/**
 * Makes an API's runtime: observe, then the rings that are passed in (such as the cache), retry, credentials, limiter,
 * network. Each attempt takes a slot and a fresh credential.
 *
 * @throws RequestError when a base URL, a secret or a header cannot be used.
 */
export function createRuntime(
  definition: ApiDefinition,
  options: ApiOptions,
  rings: readonly RingMaker[] = [],
): Api {
  const { name, version, policy, securitySchemes: schemes, server } = definition;
  const { apiKey, auth, timeoutMs = Infinity, attemptTimeoutMs = 60_000, maxRetries } = options;
  const baseUrl = homeOf(options.baseUrl ?? server ?? "");
  const emit = createEmit(options.onEvent);
  const secrets = new Map<string, string>();
  const setup = { policy, options, emit };
  // A browser has a user agent of its own, and would ask the server's leave to send another.
  const agent = "document" in globalThis ? {} : { "user-agent": `${name}/${version}` };
  const headers = { ...agent, ...options.headers };
  const limiter = limiterRing(setup);
  const send = compose(
    [
      observeRing(setup),
      ...rings.map((make) => make(setup)),
      retryRing(setup),
      authRing({ schemes, apiKey, auth, baseUrl, headers, secrets }),
      limiter,
    ],
    createTransport(options.fetch ?? ((request, init) => fetch(request, init))),
  );

  return {
    baseUrl,
    defaults: Object.fromEntries(
      Object.entries(definition.defaults).map(([key, value]) => [key, own(options, key) ?? value]),
    ),
    timeoutMs,
    attemptTimeoutMs,
    emit,
    redact: (text) => {
      for (const secret of secrets.values()) text = text.replaceAll(secret, "[secret]");
      return text;
    },
    retryAfterMs: ({ headers }, message) =>
      toldDelayMs({ headers, message, receivedAt: Date.now() }, policy.retry.delay),
    rateLimit: { snapshot: () => limiter.snapshot() },
    fetch: (request, call) => {
      if (call) return send(request, { ...call, maxRetries: call.maxRetries ?? maxRetries });
      const lifetime = startLifetime(request.signal, timeoutMs);
      const { signal, deadline } = lifetime;
      const response = lifetime.race(send(request, { signal, deadline, attemptTimeoutMs, maxRetries }));
      // The body is the caller's to read, under the signal of the caller's request.
      return response.finally(lifetime.release);
    },
  };
}

/** The base URL, absolute and without what only leaks or confuses. */
function homeOf(text: string): string {
  const page = "document" in globalThis ? document.baseURI : undefined;
  const url = URL.canParse(text, page) ? new URL(text, page) : undefined;
  if (url?.host && !url.username) return baseUrlOf(url);
  throw new RequestError("baseUrl must be an http(s) URL without a user name");
}
