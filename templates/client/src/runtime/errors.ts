/** Recognises errors of another copy of this package, where `instanceof` fails. */
const BRAND = Symbol.for("specwright.ApiError");

/** No message is longer, whatever a server sends. */
const MAX_MESSAGE = 1000;

/** What is known of a failure besides its message; what is undefined is left out. */
export interface ErrorFacts {
  readonly code?: string | undefined;
  readonly operationId?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly attempts?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly remedy?: string | undefined;
  readonly serverCode?: string | undefined;
  readonly headers?: Headers | undefined;
  readonly body?: unknown;
  /** What led to it; it becomes the error's `cause`. */
  readonly cause?: unknown;
}

/** A fact that logs do not print: headers may hold cookies, and a cause is printed below the error anyway. */
const HIDDEN = /^(headers|cause)$/;

/** Everything that the runtime fails with. It is thrown where something goes wrong; the call adds which operation it was. */
export abstract class ApiError<Code extends string | undefined = string | undefined> extends Error {
  /** The class's name. A subclass of yours inherits it: only errors of the classes here are completed by the call. */
  static readonly kind: string = "ApiError";
  declare readonly name: string;
  /** What went wrong, for programs: the server's own code, unaltered, where a response came; none where it gave none. */
  declare readonly code: Code;
  /** The HTTP status, where a response came. */
  declare readonly status?: number;
  /** The server's name for the request, for its support team. */
  declare readonly requestId?: string;
  /** When to try again, where the server told, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** The spec's `operationId`; none for requests from outside the operations. */
  declare readonly operationId?: string;
  /** How often the request was sent, retries included. */
  declare readonly attempts?: number;
  /** The time from the call to its failure, in milliseconds: waiting and retries included. */
  declare readonly durationMs?: number;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message.slice(0, MAX_MESSAGE));
    Object.defineProperty(this, BRAND, { value: true });
    for (const [key, value] of Object.entries({ name: new.target.kind, ...facts })) {
      const enumerable = !HIDDEN.test(key);
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable, configurable: true });
    }
  }

  /** For logs: the message and the facts, without headers. */
  toJSON(): object {
    return { ...this, message: this.message };
  }
}

/** Whether a call failed with this, whichever copy of the package made it. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && BRAND in error;
}

/** The statuses that are no success and in use, or those of them that begin with one digit. */
export type ErrorStatus<First extends 3 | 4 | 5 = 3 | 4 | 5> = First extends 3
  ? ToNumber<`30${Digit}`>
  : First extends 4
    ? ToNumber<`4${Digit}${Digit}`>
    : ToNumber<`5${0 | 1 | 2 | 3 | 9}${Digit}`>;
/** 200 to 299: an error that is none of status may come with one, when the answer broke off or could not be read. */
export type SuccessStatus = ToNumber<`2${0 | 2}${Digit}`>;
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type ToNumber<Text> = Text extends `${infer Value extends number}` ? Value : never;

/** The server answered with a status that is no success. */
export class StatusError<
  Code extends string = string,
  Body = unknown,
  Status extends number = number,
> extends ApiError<Code | undefined> {
  static override readonly kind: string = "StatusError";
  declare readonly status: Status;
  /** The error's body: parsed when it is JSON, else its text, 64 KiB at most; without this client's secrets. */
  declare readonly body: Body;
  /** The response's headers. Not enumerable. */
  declare readonly headers: Headers;
  /** What to do about it, where the API's catalogue of codes says so. */
  declare readonly remedy?: string;
}

/** A status that the spec does not declare for the operation. Its class is still that of its status. */
export type UnexpectedStatusError<Declared extends number = never> = [ErrorStatus] extends [Declared]
  ? never
  : StatusError<never, unknown, Exclude<ErrorStatus, Declared>>;

/** 400: the request is malformed. */
export class BadRequestError<C extends string = string, B = unknown> extends StatusError<C, B, 400> {
  static override readonly kind = "BadRequestError";
  declare readonly name: "BadRequestError";
}

/** 401: no credential, or one that the server does not accept. */
export class AuthenticationError<C extends string = string, B = unknown> extends StatusError<C, B, 401> {
  static override readonly kind = "AuthenticationError";
  declare readonly name: "AuthenticationError";
}

/** 403: the credential may not do this. */
export class PermissionError<C extends string = string, B = unknown> extends StatusError<C, B, 403> {
  static override readonly kind = "PermissionError";
  declare readonly name: "PermissionError";
}

/** 404: there is no such thing, or the credential may not see it. */
export class NotFoundError<C extends string = string, B = unknown> extends StatusError<C, B, 404> {
  static override readonly kind = "NotFoundError";
  declare readonly name: "NotFoundError";
}

/** 409: the request contradicts the state that things are in. */
export class ConflictError<C extends string = string, B = unknown> extends StatusError<C, B, 409> {
  static override readonly kind = "ConflictError";
  declare readonly name: "ConflictError";
}

/** 412: things changed since they were read. */
export class PreconditionFailedError<C extends string = string, B = unknown> extends StatusError<C, B, 412> {
  static override readonly kind = "PreconditionFailedError";
  declare readonly name: "PreconditionFailedError";
}

/** 413: the body is too large. */
export class PayloadTooLargeError<C extends string = string, B = unknown> extends StatusError<C, B, 413> {
  static override readonly kind = "PayloadTooLargeError";
  declare readonly name: "PayloadTooLargeError";
}

/** 415: the body is of a type that the server does not take. */
export class UnsupportedMediaTypeError<C extends string = string, B = unknown> extends StatusError<
  C,
  B,
  415
> {
  static override readonly kind = "UnsupportedMediaTypeError";
  declare readonly name: "UnsupportedMediaTypeError";
}

/** 422: the request is well-formed, but its values are not acceptable. */
export class ValidationError<C extends string = string, B = unknown> extends StatusError<C, B, 422> {
  static override readonly kind = "ValidationError";
  declare readonly name: "ValidationError";
}

/** 429: too many requests, and no retry was left or allowed. */
export class RateLimitError<C extends string = string, B = unknown> extends StatusError<C, B, 429> {
  static override readonly kind = "RateLimitError";
  declare readonly name: "RateLimitError";
}

/** 5xx: the server failed. */
export class ServerError<
  C extends string = string,
  B = unknown,
  Status extends number = ErrorStatus<5>,
> extends StatusError<C, B, Status> {
  static override readonly kind = "ServerError";
  declare readonly name: "ServerError";
}

/** No response came, or it broke off. */
export class ConnectionError extends ApiError<"connection_failed"> {
  static override readonly kind = "ConnectionError";
  declare readonly name: "ConnectionError";
  declare readonly status?: SuccessStatus;
  override readonly code = "connection_failed";
}

/** The time for the call or for an attempt is over. */
export class TimeoutError extends ApiError<"timeout"> {
  static override readonly kind = "TimeoutError";
  declare readonly name: "TimeoutError";
  declare readonly status?: SuccessStatus;
  override readonly code = "timeout";
}

/** The caller's signal ended the call. */
export class AbortError extends ApiError<"aborted"> {
  static override readonly kind = "AbortError";
  declare readonly name: "AbortError";
  declare readonly status?: SuccessStatus;
  override readonly code = "aborted";
}

/** The answer is not what the spec says it is. */
export class DecodeError extends ApiError<"decode_failed"> {
  static override readonly kind = "DecodeError";
  declare readonly name: "DecodeError";
  declare readonly status?: SuccessStatus;
  override readonly code = "decode_failed";
}

/** The request cannot be sent as it is; nothing has left. */
export class RequestError extends ApiError<"invalid_request"> {
  static override readonly kind = "RequestError";
  declare readonly name: "RequestError";
  declare readonly status?: SuccessStatus;
  override readonly code = "invalid_request";
}

/** The queue for the rate limit is too long for this call; nothing has left. */
export class RateLimitWaitError extends ApiError<"rate_limit_wait"> {
  static override readonly kind = "RateLimitWaitError";
  declare readonly name: "RateLimitWaitError";
  declare readonly status?: SuccessStatus;
  override readonly code = "rate_limit_wait";
}

/** How any call can fail, besides the statuses that its operation declares. */
export type ClientError<Declared extends number = never> =
  | UnexpectedStatusError<Declared>
  | ConnectionError
  | TimeoutError
  | AbortError
  | DecodeError
  | RequestError
  | RateLimitWaitError;

const CLASSES: Readonly<Record<number, new (message: string, facts: ErrorFacts) => StatusError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  412: PreconditionFailedError,
  413: PayloadTooLargeError,
  415: UnsupportedMediaTypeError,
  422: ValidationError,
  429: RateLimitError,
};

/** The error for a status, of the class that the status has. */
export function createStatusError(status: number, message: string, facts: ErrorFacts): StatusError {
  const Class = CLASSES[status] ?? (status >= 500 ? ServerError : StatusError);
  return new Class(message, { ...facts, status });
}
