import { authRing, type SecurityScheme } from "./auth.js";
import { RequestError } from "./errors.js";
import { createEmit, observeRing, subjectOf, type Emit } from "./events.js";
import { compose, type Fetch, type RingMaker } from "./fetch.js";
import { startLifetime } from "./lifetime.js";
import type { ApiPolicy } from "./operation.js";
import type { ApiOptions } from "./options.js";
import { baseUrlOf } from "./request.js";
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
  retryAfterMs(response: Response): number | undefined;
}

/**
 * Makes an API's runtime: observe, then the rings that are passed in (such as the cache), retry, credentials, limiter,
 * network. Each attempt takes a slot and a fresh credential.
 *
 * @throws RequestError when a base URL, a secret or a header cannot be used.
 */
export function createRuntime(definition: ApiDefinition, options: ApiOptions, rings: readonly RingMaker[] = []): Api {
  const { name, version, policy } = definition;
  const baseUrl = homeOf(options.baseUrl ?? definition.server);
  const emit = createEmit(options.onEvent);
  const secrets = new Map<string, string>();
  const setup = { policy, options, emit };
  const { apiKey, auth, timeoutMs = Infinity, attemptTimeoutMs = 60_000 } = options;
  // A browser has a user agent of its own, and would ask the server's leave to send another.
  const agent = "document" in globalThis ? {} : { "user-agent": `${name}/${version}` };
  const headers = { ...agent, ...options.headers };
  const chain = compose(
    [
      observeRing(setup),
      ...rings.map((make) => make(setup)),
      authRing({ schemes: definition.securitySchemes, apiKey, auth, baseUrl, headers, secrets, emit }),
    ],
    createTransport(options.fetch ?? ((request, init) => fetch(request, init))),
  );
  const { maxRetries } = options;

  return {
    baseUrl,
    defaults: { ...definition.defaults, ...ownDefaults(definition, options) },
    timeoutMs,
    attemptTimeoutMs,
    emit,
    redact: (text) => [...secrets.values()].reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text),
    retryAfterMs: () => undefined,
    fetch: async (request, call) => {
      if (call) return chain(request, { ...call, maxRetries: call.maxRetries ?? maxRetries });
      const { method, path } = subjectOf(request, {});
      const lifetime = startLifetime(`${method} ${path}`, {}, request.signal, timeoutMs);
      const { signal, deadline } = lifetime;
      try {
        return await lifetime.race(chain(request, { signal, deadline, attemptTimeoutMs, maxRetries }));
      } catch (error) {
        emit({ method, path, type: "error", error });
        throw error;
      } finally {
        // The body is the caller's to read, under the signal of the caller's request.
        lifetime.release();
      }
    },
  };
}

function ownDefaults({ defaults }: ApiDefinition, options: ApiOptions): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && Object.hasOwn(defaults, name)),
  );
}

/** The base URL, absolute and without what only leaks or confuses. */
function homeOf(text: string | undefined): string {
  const page: unknown = "location" in globalThis ? globalThis.location.href : undefined;
  const base = typeof page === "string" ? page : undefined;
  const url = text !== undefined && URL.canParse(text, base) ? new URL(text, base) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new RequestError("The base URL is missing or not one of http or https: give `baseUrl`");
  }
  if (url.username || url.password) throw new RequestError("The base URL must not hold a user name or a password");
  return baseUrlOf(url);
}
