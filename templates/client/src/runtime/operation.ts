import type { BodyDecoder, BodyEncoder, ParameterStyle } from "./codecs.js";

/** What the runtime has to know of an operation. Emitted beside each operation's function. */
export interface Operation {
  /** The spec's `operationId`. */
  readonly id: string;
  readonly method: string;
  /** Path template, such as `/tasks/{taskId}`. */
  readonly path: string;
  /** A base URL of its own, for the few operations that live elsewhere. */
  readonly server?: string;
  /** It leads to somebody else's server: neither credentials nor the client's headers go along, and no limit counts it. */
  readonly external?: boolean;
  /** Path parameters that fall back to the client's own value. */
  readonly defaults?: readonly string[];
  /** Alternatives, each the names of schemes needed together; an empty list: no credential is needed. */
  readonly security?: readonly (readonly string[])[];
  /** How parameters are written that depart from OpenAPI's default style, by place and name. */
  readonly styles?: Readonly<Record<string, ParameterStyle>>;
  /** How the body is written, by media type; the first is the default. Absent: the operation has no body. */
  readonly body?: Readonly<Record<string, BodyEncoder>>;
  /** The media types that may be asked for; the first is the default. Absent: JSON. */
  readonly accept?: readonly string[];
  /** A success may come without a body, though its status is not 204. */
  readonly mayBeEmpty?: boolean;
  /** How answers other than JSON are read, by media type. */
  readonly decode?: Readonly<Record<string, BodyDecoder>>;
  /**
   * The failures that the spec declares, by status (`404`), range (`4XX`) or `default`, each with the code that it stands
   * for when the body names none; empty: there is no such code. Other statuses arrive as `unexpected_status`.
   */
  readonly errorCodes?: Readonly<Record<string, string>>;
  /** The header that makes the call safe to repeat. */
  readonly idempotencyHeader?: string;
  readonly pagination?: Pagination;
  readonly cache?: CacheRule;
  /** Where the operation departs from the API's retry policy; `false`: never repeated. */
  readonly retry?: RetryPolicy | false;
  /** Slots that the call takes of each rate-limit window; 1 when absent, 0: exempt. */
  readonly cost?: number;
  /** Rate-limit windows that count this operation alone. */
  readonly windows?: readonly RateLimitWindow[];
}

/** How a list goes on; members of the body are named by JSON Pointer (RFC 6901), `-1` is an array's last index. */
export interface Pagination {
  readonly style: "cursor" | "page" | "offset" | "link";
  /** The query parameter that asks for the next page; none for `link` (RFC 8288). */
  readonly parameter?: string;
  readonly items: string;
  readonly next?: string;
  readonly more?: string;
  /** The number of the first page, or the first offset, when the query says none; 1 and 0. */
  readonly start?: number;
}

/** How long an answer is fresh, and what keeps it: operations that need no cache do not bring one. */
export interface CacheRule {
  /** A `LayerFactory`. Its type does not stand here, since layers are made of calls, and calls of operations. */
  readonly layer: unknown;
  readonly freshMs: number;
  /** The server sends an ETag and honours If-None-Match. */
  readonly etag: boolean;
}

/** The windows, retries and delays of an API, as its spec states them. Times are milliseconds. */
export interface ApiPolicy {
  readonly windows: readonly RateLimitWindow[];
  /** The status of a refusal for too many requests. */
  readonly refusalStatus: number;
  readonly retry: RetryPolicy;
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
}

export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor: number;
  readonly jitter: "full" | "none";
}

/** A response header, or a pattern on the error's message with a group named `seconds`. */
export type DelaySource = { readonly header: string } | { readonly message: string };
