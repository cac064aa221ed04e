/** What an operation states of its behaviour: as much as the layers need to know. */
export interface OperationPolicy {
  /** The spec's `operationId`. */
  readonly id: string;
  readonly method: string;
  /** Path template, such as `/tasks/{taskId}`. */
  readonly path: string;
  /** A base URL of its own, for the few operations that live elsewhere. */
  readonly server?: string;
  /** It leads to somebody else's server: neither credentials nor the client's headers go along, and no limit counts it. */
  readonly external?: boolean;
  /** Alternatives, each the names of schemes needed together; an empty list: no credential is needed. */
  readonly security?: readonly (readonly string[])[];
  /** The header that makes the call safe to repeat. */
  readonly idempotencyHeader?: string;
  readonly cache?: CachePolicy;
  /** Where the operation departs from the API's retry policy; `false`: never repeated. */
  readonly retry?: RetryPolicy | false;
  /** Slots that the call takes of each rate-limit window; 1 when absent, 0: exempt. */
  readonly cost?: number;
  /** Rate-limit windows that count this operation alone. */
  readonly windows?: readonly RateLimitWindow[];
}

/** How long an answer is fresh. */
export interface CachePolicy {
  readonly freshMs: number;
  /** The server sends an ETag and honours If-None-Match. */
  readonly etag: boolean;
}

/** The windows, retries and delays of an API, as its spec states them. Times are milliseconds. */
export interface ApiPolicy {
  readonly windows: readonly RateLimitWindow[];
  /** The status of a refusal for too many requests. */
  readonly refusalStatus: number;
  /** Other forms of a refusal. */
  readonly refusals?: readonly RefusalForm[];
  /** Requests that may be under way at a time. */
  readonly concurrency?: number;
  readonly retry: RetryPolicy;
}

/** A status that means too many requests, always or where a header has that value. */
export interface RefusalForm {
  readonly status: number;
  readonly header?: string;
  readonly value?: string;
}

/** So many requests within so much time. */
export interface RateLimitWindow {
  /** As the spec calls it, and the server in its RateLimit fields. */
  readonly name: string;
  /** Requests that the window holds, 1 or more. */
  readonly limit: number;
  /** How long it lasts, in milliseconds. */
  readonly windowMs: number;
}

/** What is tried again, and when. */
export interface RetryPolicy {
  /** The statuses of failures that pass. */
  readonly statuses: readonly number[];
  /** Where the server tells the delay; the first that can be read wins. */
  readonly delay: readonly DelaySource[];
  readonly backoff: Backoff;
  /** All attempts, the first included. */
  readonly maxAttempts: number;
  /** The operation may be repeated whatever its method. */
  readonly safe?: boolean;
}

export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor: number;
  readonly jitter: "full" | "none";
}

/** A response header, or a pattern on the error's message with a group named after a unit, or `delay`. */
export type DelaySource = { readonly header: string } | { readonly message: string };
