import type { Clock } from "./clock.js";
import type { Secret, SchemeSecret } from "./credentials.js";
import type { RuntimeEvent } from "./events.js";
import type { Fetch, FetchOptions, NamedLayer } from "./layer.js";
import type { RateLimitWindow } from "./policy.js";
import type { RateLimitStore } from "./rate-limit-store.js";

/** What a header parameter may hold; arrays and objects are written in OpenAPI's `simple` style. */
export type HeaderValue = string | number | boolean | bigint | object | null | undefined;

/** Options that every call has. */
export interface CallOptions {
  /** Ends the call at once, in whatever state it is. */
  readonly signal?: AbortSignal | undefined;
  /** The time for the whole call: queue, retries and reading the body, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The time for one attempt's headers, and again for its body, in milliseconds. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Attempts after the first; 0: none. */
  readonly maxRetries?: number | undefined;
  /** Makes the call safe to repeat, where the operation has a header for it; made up when absent. */
  readonly idempotencyKey?: string | undefined;
  /** Sent with this call; they come before those of the client. */
  readonly headers?: Readonly<Record<string, HeaderValue>> | undefined;
  /** Further options for the platform's `fetch`, such as `credentials`, `keepalive`, or the `next` of Next.js. */
  readonly fetchOptions?: FetchOptions | undefined;
  /** Higher leaves first when calls queue; 0 by default. */
  readonly priority?: number | undefined;
  /** `false`: neither read from the cache nor written to it; `"reload"`: fetched anew, then kept. */
  readonly cache?: false | "reload" | undefined;
}

/** How calls are kept within the rate limits. */
export interface RateLimitOptions {
  /** In place of the windows that the spec states; none: only refusals make calls wait, or what is learned where the spec states none either. */
  readonly windows?: readonly RateLimitWindow[] | undefined;
  /** Where the places of the windows are kept: in memory unless given. `createRedisStore` shares them among processes. */
  readonly store?: RateLimitStore | undefined;
  /** Requests that may be under way at a time, in place of what the spec states. */
  readonly concurrency?: number | undefined;
  /**
   * `true`: a place is held from before a request leaves until a whole window after its answer, however long that takes.
   * Unless given, a request counts from an eighth of the window (150 ms at least) after it left at the latest: none is
   * refused as long as the times that requests take to the server differ by less.
   */
  readonly strict?: boolean | undefined;
  /**
   * The longest pause that calls wait for, in milliseconds; 20 minutes unless given. Where a server tells a longer one,
   * calls fail at once with a `RateLimitWaitError` that says it.
   */
  readonly maxPauseMs?: number | undefined;
  /** A wait that is longer is told by a `notice` event and a `console.warn`, in milliseconds; 60,000 unless given. */
  readonly noticeMs?: number | undefined;
  /** `false`: this client counts by itself, and does not share its budget with others of the same credential. */
  readonly shared?: boolean | undefined;
  /** Calls that may queue; more fail at once with a `RateLimitWaitError`. */
  readonly maxQueue?: number | undefined;
  /** The longest that a call may queue, in milliseconds; those that would have to wait longer fail at once. */
  readonly maxWaitMs?: number | undefined;
}

/** What retries may cost. A retry takes a token, and gives it back if it succeeds. Refusals for too many requests cost none. */
export interface RetryBudgetOptions {
  /** Tokens at first and at most; 20 unless given. */
  readonly tokens?: number | undefined;
  /** The part of a token that each success gives; 0.2 unless given. */
  readonly share?: number | undefined;
  /**
   * Without a token, calls wait behind one probe: until their deadline or, if they have none, until nothing has succeeded
   * for so long, in milliseconds; 30,000 unless given.
   */
  readonly waitMs?: number | undefined;
}

/** Options of a client. */
export interface ApiOptions {
  /** The API key, or a function that gets it before each request; what that throws, the call fails with. */
  readonly apiKey?: Secret | undefined;
  /** A token for the API's OAuth scheme, or secrets by the names of the spec's security schemes. */
  readonly auth?: Secret | Readonly<Record<string, SchemeSecret>> | undefined;
  /** In place of the server that the spec names. */
  readonly baseUrl?: string | undefined;
  /**
   * In place of the platform's `fetch`. A proxy on Node needs one with a dispatcher of undici:
   * `(url, init) => fetch(url, { ...init, dispatcher: new ProxyAgent("http://proxy:8080") })`.
   */
  readonly fetch?: Fetch | undefined;
  /** Default of {@link CallOptions.fetchOptions}; those of a call come first, one by one. */
  readonly fetchOptions?: FetchOptions | undefined;
  /** Layers of your own, in the order in which a call passes them. */
  readonly layers?: readonly NamedLayer[] | undefined;
  /**
   * `true`: credentials may go over plain http, as inside a cluster or behind a proxy on the same host. On this machine
   * (`localhost`) they may anyway.
   */
  readonly allowInsecure?: boolean | undefined;
  /** Default of {@link CallOptions.timeoutMs}; no end unless given. */
  readonly timeoutMs?: number | undefined;
  /** Default of {@link CallOptions.attemptTimeoutMs}; 60 seconds unless given. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Default of {@link CallOptions.maxRetries}; as the spec states unless given. */
  readonly maxRetries?: number | undefined;
  /** How many retries an outage may cost. */
  readonly retryBudget?: RetryBudgetOptions | undefined;
  /**
   * `false`: requests leave at once, whatever the spec's limits. Each client counts by itself: make one for a credential
   * and keep it, or give them a store that they share.
   */
  readonly rateLimit?: false | RateLimitOptions | undefined;
  /** Another clock, for tests of limits and delays. */
  readonly clock?: Clock | undefined;
  /** `false`: nothing is kept. */
  readonly cache?: boolean | undefined;
  /** Is told what happens; its failures are ignored. */
  readonly onEvent?: ((event: RuntimeEvent) => void) | undefined;
  /** Sent with every request to the API. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
