/** The contract as plain data: what middleware reads instead of repeating it by hand. All times are milliseconds. */
export interface Contract<Id extends string = string, Code extends string = string> {
  readonly title: string;
  readonly version: string;
  /** The path of the API's first server, such as `/v1`; empty where it has none. */
  readonly basePath: string;
  readonly operations: Readonly<Record<Id, OperationContract<Id>>>;
  /** The error catalogue. */
  readonly errorCodes: Readonly<Record<Code, ErrorCodeContract>>;
  readonly securitySchemes: Readonly<Record<string, SecuritySchemeContract>>;
  /** Absent: the API states no limits. */
  readonly rateLimits?: RateLimitContract;
  /** What clients repeat, and where they look for the delay. */
  readonly retry: RetryContract;
}

/** One operation. */
export interface OperationContract<Id extends string = string> {
  readonly id: Id;
  /** Upper case. */
  readonly method: string;
  /** The path template, below the base path. */
  readonly path: string;
  readonly deprecated: boolean;
  /** Alternatives, any one of which suffices, each of schemes that are needed together; none: the operation is public. */
  readonly security: readonly SecurityAlternative[];
  readonly parameters: readonly ParameterContract[];
  readonly body?: BodyContract;
  /** By status (`200`), range of statuses (`4XX`) or `default`. */
  readonly responses: Readonly<Record<string, ResponseContract>>;
  /** The error codes that this operation declares, with the status of each. */
  readonly codes: Readonly<Record<string, number>>;
  /** The header that makes the request safe to repeat. */
  readonly idempotencyHeader?: string;
  readonly pagination?: PaginationContract;
  /** Whether a 200 declares an `ETag`. */
  readonly etag: boolean;
  /** Whether the request takes an `If-Match`. */
  readonly ifMatch: boolean;
  /** Whether the request takes an `If-None-Match`. */
  readonly ifNoneMatch: boolean;
  /** Slots that one call takes of each rate-limit window; 0 is exempt. */
  readonly cost: number;
  /** Windows that count this operation alone, besides those of the API. */
  readonly windows: readonly RateLimitWindowContract[];
}

/** Schemes that are needed together, each with the scopes that the operation asks for. */
export type SecurityAlternative = readonly {
  readonly scheme: string;
  readonly scopes: readonly string[];
}[];

/** What a serialised value is read as; unions of several are tried from the most specific on. */
export type Shape =
  | "string"
  | "number"
  | "boolean"
  | "any"
  | { readonly items: Shape; readonly or?: Shape }
  | { readonly members: Readonly<Record<string, Shape>>; readonly others?: Shape };

export interface ParameterContract {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly style: "simple" | "label" | "matrix" | "form" | "spaceDelimited" | "pipeDelimited" | "deepObject";
  readonly explode: boolean;
  readonly shape: Shape;
  /** The value is JSON. */
  readonly isJson?: true;
  /** Stands in where the request has none. */
  readonly default?: unknown;
}

export interface BodyContract {
  readonly required: boolean;
  readonly contents: readonly BodyContentContract[];
}

export interface BodyContentContract {
  /** Without parameters, lower case; may be a range such as `image/*`. */
  readonly mediaType: string;
  readonly kind: "json" | "form" | "multipart" | "text" | "binary" | "events" | "lines";
  /** For forms: what their fields are read as. */
  readonly shape?: Shape;
  /** Members that only the server sets: a request may carry them, and they are dropped. */
  readonly ignored?: readonly string[];
}

export interface ResponseContract {
  /** Codes that the error body may carry. */
  readonly codes: readonly string[];
  readonly mediaTypes: readonly string[];
  readonly headers: readonly HeaderContract[];
  /** For errors with a JSON body: the members that the body's schema declares. */
  readonly members?: readonly string[];
}

export interface HeaderContract {
  readonly name: string;
  readonly required: boolean;
  readonly shape: Shape;
}

export interface ErrorCodeContract {
  readonly status: number;
  readonly title: string;
  readonly description?: string;
  /** What a caller can do about it. */
  readonly remedy?: string;
  /** The URI that names the kind of error (RFC 9457), where the spec's examples show one. */
  readonly type?: string;
}

export interface SecuritySchemeContract {
  readonly kind: "bearer" | "basic" | "http" | "apiKey" | "oauth2" | "openIdConnect" | "other";
  /** Where an `apiKey` travels, and under which name. */
  readonly in?: "header" | "query" | "cookie";
  readonly name?: string;
  /** The name of an HTTP authentication scheme other than Bearer and Basic (RFC 9110, section 11.1). */
  readonly scheme?: string;
  /** All scopes of an OAuth scheme, with what each allows. */
  readonly scopes?: Readonly<Record<string, string>>;
}

export interface RateLimitContract {
  readonly windows: readonly RateLimitWindowContract[];
  /** How a refusal looks. */
  readonly refusal: { readonly status: number; readonly code?: string };
}

export interface RateLimitWindowContract {
  readonly name: string;
  /** Requests that the window holds. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface RetryContract {
  readonly statuses: readonly number[];
  /** A header by its name, or a pattern on the error's message with a group named `seconds`. */
  readonly delay: readonly ({ readonly header: string } | { readonly message: string })[];
}

export interface PaginationContract {
  readonly style: "cursor" | "page" | "offset" | "link";
  /** The query parameter that asks for the next page. */
  readonly parameter?: string;
  /** Where the parameter is a member of the body instead. */
  readonly in?: "body";
  readonly limitParameter?: string;
  /** JSON Pointer to the array of items in a page. */
  readonly items: string;
  /** JSON Pointer to the next cursor. */
  readonly next?: string;
  /** JSON Pointer to a boolean that tells whether more pages follow. */
  readonly more?: string;
}
