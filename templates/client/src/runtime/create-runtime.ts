import type { Api, ApiDefinition } from "./api.js";
import { createAuth } from "./auth.js";
import { systemClock } from "./clock.js";
import { RequestError } from "./errors.js";
import { toldDelayMs } from "./told-delay.js";
import { createEmit, nextCallId } from "./events.js";
import {
  compose,
  type CallContext,
  type Layer,
  type LayerName,
  type LayerSetup,
  type OutgoingRequest,
} from "./layer.js";
import { Lifetime } from "./lifetime.js";
import { located, originOf } from "./located.js";
import { limiterLayer } from "./limiter-layer.js";
import { observeLayer } from "./observe.js";
import type { ApiOptions } from "./options.js";
import { createRedactor } from "./redactor.js";
import { isStream, own } from "./objects.js";
import { LONGEST_PAUSE_MS } from "./rate-limiter.js";
import { retryLayer } from "./retry.js";
import { RetryBudget } from "./retry-budget.js";
import { createTransport } from "./transport.js";
import { baseUrlOf, parsedUrl } from "./urls.js";

/**
 * Makes an API's runtime: observe, cache, retry, credentials, limiter, sign, network. Each attempt takes a slot, and
 * leaves with a credential that is fresh then.
 *
 * @throws RequestError when a base URL, a number, a secret or a header cannot be used.
 */
export function createRuntime(definition: ApiDefinition, options: ApiOptions): Api {
  const { name, version, policy, learning, securitySchemes: schemes, server } = definition;
  const { timeoutMs = Infinity, attemptTimeoutMs = 60_000, maxRetries } = options;
  const baseUrl = homeOf(options.baseUrl ?? server ?? "");
  const { windows, ...limits } = options.rateLimit || {};
  checkNumbers({ timeoutMs, attemptTimeoutMs, maxRetries, ...limits }, 0);
  for (const window of windows ?? []) checkNumbers(window, 1);
  const emit = createEmit(options.onEvent);
  // A browser has a user agent of its own, and would ask the server's leave to send another.
  const agent: Record<string, string> =
    "document" in globalThis ? {} : { "user-agent": `${name}/${version}` };
  const headers = { ...agent, ...options.headers };
  const redactor = createRedactor(headers);
  const { clock = systemClock, rateLimit, layers = [], fetchOptions } = options;
  for (const { name: called, layer, before = "cache" } of layers)
    if (typeof layer !== "function" || !LAYERS.includes(before))
      throw new RequestError(
        `the layer ${called} is no function, or stands before none of ${LAYERS.join(", ")}`,
      );
  const auth = createAuth({ schemes, options, clock, baseUrl, headers, redactor, emit });
  const limiter = limiterLayer({
    policy,
    learning,
    rateLimit,
    clock,
    emit,
    origin: new URL(baseUrl).origin,
    credential: auth.fingerprint,
  });
  const layersBefore = (before: LayerName): Layer[] =>
    layers.filter((each) => (each.before ?? "cache") === before).map(({ layer }) => layer);
  const send = compose(
    [
      ...(options.onEvent ? [observeLayer({ emit })] : []),
      ...layersBefore("cache"),
      ...(options.cache === false ? [] : [cacheSlot({ clock, emit, identify: auth.identify })]),
      ...layersBefore("retry"),
      retryLayer({
        policy,
        budget: new RetryBudget(clock, options.retryBudget),
        clock,
        emit,
        isLimited: rateLimit !== false,
        maxPauseMs: (rateLimit || {}).maxPauseMs ?? LONGEST_PAUSE_MS,
      }),
      ...layersBefore("credentials"),
      auth.credentials,
      ...layersBefore("limiter"),
      limiter,
      ...layersBefore("sign"),
      auth.sign,
      ...layersBefore("network"),
    ],
    createTransport(options.fetch ?? ((url, init) => fetch(url, init))),
  );

  return {
    baseUrl,
    defaults: Object.fromEntries(
      Object.entries(definition.defaults).map(([key, value]) => [key, own(options, key) ?? value]),
    ),
    timeoutMs,
    attemptTimeoutMs,
    maxRetries,
    fetchOptions,
    emit,
    redact: redactor.redact,
    // An error without a remedy is better than one of a file that cannot be loaded.
    errorCodes: async () => (await definition.errorCodes?.().catch(() => undefined)) ?? {},
    retryAfterMs: (response, body) =>
      toldDelayMs({ headers: response.headers, body, receivedAt: Date.now() }, policy.retry.delay),
    rateLimit: { snapshot: () => limiter.snapshot(), reset: () => limiter.reset() },
    send,
    fetch: async function outside(input, init) {
      const [origin, startedAt] = [originOf(outside), performance.now()];
      const request = new Request(input, init);
      const lifetime = new Lifetime(request.signal, timeoutMs);
      const context: CallContext = {
        id: nextCallId(),
        lifetime,
        attemptTimeoutMs,
        maxRetries,
        fetchOptions,
        attempts: 0,
      };
      try {
        return await lifetime.race(async () => send(await outgoing(request, init), context));
      } catch (error) {
        const { method, url } = request;
        throw located(error, { method, path: new URL(url).pathname, context, startedAt, origin }, redactor);
      } finally {
        // The body is the caller's to read, under the signal of the caller's request.
        lifetime.release();
      }
    },
  };
}

const LAYERS: readonly LayerName[] = ["cache", "retry", "credentials", "limiter", "sign", "network"];

/** Where the cache comes in, with the first call of an operation that has one; from then on it sees all calls. */
function cacheSlot(setup: LayerSetup): Layer {
  let cache: Layer | undefined;
  return (request, next, call) => {
    if (call.cacheLayer) cache ??= call.cacheLayer(setup);
    return cache ? cache(request, next, call) : next(request, call);
  };
}

/** A request from outside as plain data. */
async function outgoing(request: Request, init: RequestInit | undefined): Promise<OutgoingRequest> {
  const { method, url } = request;
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => (headers[name] = value));
  if (isStream(init?.body)) return { method, url, headers, body: init.body };
  const bytes = await request.arrayBuffer();
  return { method, url, headers, body: bytes.byteLength > 0 ? bytes : null };
}

/** Numbers from the environment may be none, which would let everything through, or nothing for ever. */
function checkNumbers(values: object, least: number): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "number" && !(value >= least))
      throw new RequestError(`${name} must be ${least} or more`);
  }
}

/** The base URL, absolute and without what only leaks or confuses. */
function homeOf(text: string): string {
  // A worker has no document.
  const page =
    "document" in globalThis ? document.baseURI : "location" in globalThis ? location.href : undefined;
  const url = parsedUrl(text, page);
  if (url && /^https?:$/.test(url.protocol) && !url.username) return baseUrlOf(url);
  throw new RequestError("baseUrl must be an http(s) URL without a user name");
}
