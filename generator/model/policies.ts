/** Behaviour that the spec states with the `x-` vocabulary, with the defaults already filled in. Times are milliseconds. */

/** What holds for every operation unless it says otherwise. */
export interface ApiPolicies {
  /** Absent: the spec states no limits. */
  readonly rateLimits?: RateLimitPolicy;
  readonly retry: RetryPolicy;
}

/** What one operation says of itself. */
export interface OperationPolicies {
  /** Slots that one call takes of each window (1 unless stated; 0 is exempt). */
  readonly cost: number;
  /** Windows that count this operation alone, besides those of the API. */
  readonly windows: readonly RateLimitWindow[];
  /** Present where the operation departs from the API's retry policy; `false`: it is never repeated. */
  readonly retry?: RetryPolicy | false;
  readonly idempotency?: IdempotencyPolicy;
  readonly pagination?: PaginationPolicy;
  readonly cache?: CachePolicy;
}

/** `x-rate-limits`: windows that are checked together, for each credential. */
export interface RateLimitPolicy {
  readonly windows: readonly RateLimitWindow[];
  /** How a refusal looks. */
  readonly refusal: {
    readonly status: number;
    readonly code?: string;
    /** Other forms: a status, always or where a header has that value. */
    readonly alternatives?: readonly RefusalForm[];
  };
  /** Requests that may be under way at a time. */
  readonly concurrency?: number;
}

/** A status that means too many requests, always or where a header has that value. */
export interface RefusalForm {
  readonly status: number;
  readonly header?: string;
  readonly value?: string;
}

export interface RateLimitWindow {
  readonly name: string;
  /** Requests that the window holds. */
  readonly limit: number;
  readonly windowMs: number;
}

/** `x-retry`: what is tried again, and when. */
export interface RetryPolicy {
  readonly statuses: readonly number[];
  /** Where the server tells the delay; the first that can be read wins. */
  readonly delay: readonly DelaySource[];
  readonly backoff: {
    readonly initialMs: number;
    readonly maxMs: number;
    readonly factor: number;
    readonly jitter: "full" | "none";
  };
  /** All attempts, the first included. */
  readonly maxAttempts: number;
  /** The operation may be repeated whatever its method. */
  readonly safe?: boolean;
}

/** A header by its name, or a pattern on the error's message with a group named after a unit, or `delay`. */
export type DelaySource = { readonly header: string } | { readonly message: string };

/** `x-idempotency`: the header that makes an unsafe request safe to repeat. */
export interface IdempotencyPolicy {
  readonly header: string;
}

/** `x-pagination`: how a list goes on. Members of the body are named by JSON Pointer (RFC 6901). */
export interface PaginationPolicy {
  readonly style: "cursor" | "page" | "offset" | "link";
  /** The parameter that asks for the next page, in the query or in a JSON body; none for `link` (RFC 8288). */
  readonly parameter?: string;
  /** Where the parameter is a member of the body instead, as in searches by POST. */
  readonly in?: "body";
  readonly limitParameter?: string;
  /** The array of items; the empty pointer is the body itself. */
  readonly items: string;
  /** `cursor`: the next cursor, or with `-1` as an index, a member of the last item. */
  readonly next?: string;
  /** A boolean member that tells whether more pages follow. */
  readonly more?: string;
  /** The number of the first page, or the first offset. */
  readonly start?: number;
  /** The number of all items. */
  readonly total?: string;
  /** The number of all pages. */
  readonly totalPages?: string;
  /** The status of a page after the last one. */
  readonly endStatus?: number;
}

/** `x-cache`: how long a result stays fresh. */
export interface CachePolicy {
  readonly freshMs: number;
  /** Whether results carry validators that the server honours (RFC 9110, section 13). */
  readonly etag: boolean;
}
