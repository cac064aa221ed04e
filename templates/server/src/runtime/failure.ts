/** One thing that is wrong with one part of a request. */
export interface InvalidField {
  /**
   * A JSON Pointer (RFC 6901) into the body, such as `/address/city`; for a parameter its place and name, such as
   * `/query/limit`.
   */
  readonly pointer: string;
  /** The kind of fault, such as `required` or `max_length`. */
  readonly code: string;
  /** For a person to read. */
  readonly message: string;
}

/** What a failure may tell besides its code. */
export interface FailureExtras {
  /** Which parts of the request are at fault. */
  readonly errors?: readonly InvalidField[];
  /** More about this occurrence. */
  readonly detail?: string;
  /** Headers of the response, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What led to it; kept on the thrown error, never sent. */
  readonly cause?: unknown;
}

/**
 * Ends a request with an error that the operation declares: a code of the catalogue, or a status where the spec
 * declares that without codes. Throws a {@link Failure}; write `throw request.fail(…)` so that the compiler sees that
 * nothing follows. Without a message, the catalogue's description is sent.
 */
export type Fail<Code extends string | number> = (
  code: Code,
  message?: string,
  extras?: FailureExtras,
) => never;

/** What {@link Fail} throws: an answer to the caller, not a fault of the server. */
export class Failure extends Error {
  override readonly name = "Failure";
  /** The code of the catalogue, or the status where there is no code. */
  readonly code: string | number;
  /** What the handler said; `undefined` where the catalogue speaks. */
  readonly reason: string | undefined;
  readonly extras: FailureExtras;

  constructor(code: string | number, reason?: string, extras: FailureExtras = {}) {
    super(reason ?? String(code), extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.reason = reason;
    this.extras = extras;
  }
}

/** Throws a {@link Failure}. */
export function fail(code: string | number, message?: string, extras?: FailureExtras): never {
  throw new Failure(code, message, extras);
}

/** An answer that the spec does not allow: the fault of the server. */
export class ContractError extends Error {
  override readonly name = "ContractError";

  constructor(
    /** The operation's id. */
    readonly operation: string,
    readonly status: number,
    /** Where in the answer: a JSON Pointer into its body, or `/header/<name>`; the empty string is the whole. */
    readonly pointer: string,
    what: string,
  ) {
    super(`${operation} answered ${status}${pointer === "" ? "" : ` at ${pointer}`}: ${what}`);
  }
}
