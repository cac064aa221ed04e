import type { Api, ApiDefinition } from "./api.js";
import { authRing } from "./auth.js";
import { toldDelayMs } from "./delay.js";
import { RequestError } from "./errors.js";
import { createEmit } from "./events.js";
import { compose } from "./fetch.js";
import { startLifetime } from "./lifetime.js";
import { limiterRing } from "./limiter-ring.js";
import { observeRing } from "./observe.js";
import type { ApiOptions } from "./options.js";
import { baseUrlOf, own } from "./request.js";
import { retryRing } from "./retry.js";
import type { RingMaker } from "./ring-setup.js";
import { createTransport } from "./transport.js";

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
    retryAfterMs: (response, message) =>
      toldDelayMs({ headers: response.headers, message, receivedAt: Date.now() }, policy.retry.delay),
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
