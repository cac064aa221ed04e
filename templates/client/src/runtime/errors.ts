/** Recognises errors of another copy of this package, where `instanceof` fails. */
const BRAND = Symbol.for("specwright.ApiError");

/** Longer texts come from servers that answer with a page. */
const MAX_MESSAGE = 300;

/** What is known of a failure besides its message; what is undefined is left out. */
export interface ErrorFacts {
  readonly code?: string | undefined;
  readonly operationId?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly serverCode?: string | undefined;
  readonly headers?: Headers | undefined;
  readonly body?: unknown;
}

/** Everything that a call fails with. It is thrown where something goes wrong; the call adds which operation it was. */
export abstract class ApiError<Code extends string = string> extends Error {
  override readonly name: string = "ApiError";
  /** What went wrong, for programs. */
  declare readonly code: Code;
  /** The HTTP status, where a response came. */
  declare readonly status?: number;
  /** The server's name for the request, for its support team. */
  declare readonly requestId?: string;
  /** When to try again, where the server told, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** The spec's `operationId`; none for requests from outside the operations. */
  declare readonly operationId?: string;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message.slice(0, MAX_MESSAGE));
    Object.defineProperty(this, BRAND, { value: true });
    for (const [key, value] of Object.entries(facts)) {
      // Bodies and headers may hold secrets: they can be read, but no log prints them by itself.
      const enumerable = key !== "body" && key !== "headers";
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable, configurable: true });
    }
  }

  /** For logs: the message and the facts, without body and headers. */
  toJSON(): object {
    return { ...this, message: this.message };
  }
}

/** Whether a call failed with this, whichever copy of the package made it. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && BRAND in error;
}

/** The server answered with a status that is no success. */
export class StatusError<Code extends string = string, Body = unknown> extends ApiError<Code> {
  override readonly name: string = "StatusError";
  declare readonly status: number;
  /** The error's body: parsed when it is JSON, else its text, 64 KiB at most. Not enumerable. */
  declare readonly body: Body;
  /** The response's headers. Not enumerable. */
  declare readonly headers: Headers;
  /** The code in the body of an answer that the spec does not declare. */
  declare readonly serverCode?: string;
}

/** A status that the spec does not declare for the operation. Its class is still that of its status. */
export type UnexpectedStatusError = StatusError<"unexpected_status">;

/** 400: the request is malformed. */
export class BadRequestError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "BadRequestError";
  declare readonly status: 400;
}

/** 401: no credential, or one that the server does not accept. */
export class AuthenticationError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "AuthenticationError";
  declare readonly status: 401;
}

/** 403: the credential may not do this. */
export class PermissionError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "PermissionError";
  declare readonly status: 403;
}

/** 404: there is no such thing, or the credential may not see it. */
export class NotFoundError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "NotFoundError";
  declare readonly status: 404;
}

/** 409: the request contradicts the state that things are in. */
export class ConflictError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "ConflictError";
  declare readonly status: 409;
}

/** 412: things changed since they were read. */
export class PreconditionFailedError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "PreconditionFailedError";
  declare readonly status: 412;
}

/** 413: the body is too large. */
export class PayloadTooLargeError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "PayloadTooLargeError";
  declare readonly status: 413;
}

/** 415: the body is of a type that the server does not take. */
export class UnsupportedMediaTypeError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "UnsupportedMediaTypeError";
  declare readonly status: 415;
}

/** 422: the request is well-formed, but its values are not acceptable. */
export class ValidationError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "ValidationError";
  declare readonly status: 422;
}

/** 429: too many requests, and no retry was left or allowed. */
export class RateLimitError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "RateLimitError";
  declare readonly status: 429;
}

/** 5xx: the server failed. */
export class ServerError<C extends string = string, B = unknown> extends StatusError<C, B> {
  override readonly name = "ServerError";
}

/** No response came, or it broke off. */
export class ConnectionError extends ApiError<"connection_failed"> {
  override readonly name = "ConnectionError";
  override readonly code = "connection_failed";
}

/** The time for the call or for an attempt is over. */
export class TimeoutError extends ApiError<"timeout"> {
  override readonly name = "TimeoutError";
  override readonly code = "timeout";
}

/** The caller's signal ended the call. */
export class AbortError extends ApiError<"aborted"> {
  override readonly name = "AbortError";
  override readonly code = "aborted";
}

/** The answer is not what the spec says it is. */
export class DecodeError extends ApiError<"decode_failed"> {
  override readonly name = "DecodeError";
  override readonly code = "decode_failed";
}

/** The request cannot be sent as it is; nothing has left. */
export class RequestError extends ApiError<"invalid_request"> {
  override readonly name = "RequestError";
  override readonly code = "invalid_request";
}

/** The queue for the rate limit is too long for this call; nothing has left. */
export class RateLimitWaitError extends ApiError<"rate_limit_wait"> {
  override readonly name = "RateLimitWaitError";
  override readonly code = "rate_limit_wait";
}

/** How any call can fail, whatever its operation declares. */
export type ClientError =
  | UnexpectedStatusError
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
