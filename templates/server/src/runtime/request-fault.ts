import type { InvalidField } from "./failure.js";

/** The ways in which a request can fail before, or outside of, its handler. */
export type FaultKind =
  /** A parameter is missing, malformed, out of range or not known. */
  | "parameter"
  /** The body is missing or cannot be parsed. */
  | "body"
  /** The body can be parsed but is not valid. */
  | "validation"
  | "mediaType"
  | "tooLarge"
  | "notFound"
  | "methodNotAllowed"
  /** A handler or a layer threw something that is no `Failure`. */
  | "internal";

/** A request that cannot be handled. The server turns it into the code that stands for its kind. */
export class RequestFault extends Error {
  override readonly name = "RequestFault";

  constructor(
    readonly kind: FaultKind,
    message: string,
    readonly facts: {
      readonly errors?: readonly InvalidField[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
  }
}
