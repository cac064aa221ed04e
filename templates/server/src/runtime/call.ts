import type { RawBody } from "./body.js";
import type { OperationContract } from "./contract.js";
import type { Fail } from "./failure.js";
import type { FaultKind } from "./request-fault.js";
import type { ProblemFacts } from "./problem.js";

/** A request on its way to a handler. */
export interface Call<Context, Id extends string = string, Code extends string | number = string | number> {
  readonly operation: OperationContract<Id>;
  /** As it came. Its body is read by the server: do not read it in a layer. */
  readonly request: Request;
  /** The values in the path, percent-decoded, not yet validated. */
  readonly params: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** What the handler gets. A layer may replace it. */
  context: Context;
  /** The request, validated. Only in inner layers; `undefined` in outer ones. */
  readonly input: CallInput | undefined;
  /** The body as it came, for fingerprints: a text where its type is one, or bytes. Empty in outer layers. */
  readonly rawBody: RawBody;
  /** Ends the request with any error of the catalogue; see that the operation declares it. */
  readonly fail: Fail<Code>;
  /** The response for what was thrown below: that of its code for a `Failure`, an internal error for all else. */
  respond(error: unknown): Response;
}

/** A validated request. */
export interface CallInput {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly cookies: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly mediaType: string | undefined;
}

/**
 * Something that stands around the handling of a request, such as authentication or a transaction. It may answer by
 * itself, throw by `call.fail`, or go on with `next()` and change the response that comes back.
 */
export type Layer<Context, Id extends string = string, Code extends string | number = string | number> = (
  call: Call<Context, Id, Code>,
  next: () => Promise<Response>,
) => Promise<Response>;

export interface ServerOptions<
  Context,
  Id extends string = string,
  Code extends string | number = string | number,
> {
  /** Makes what handlers get as their second argument, before any layer runs. */
  readonly context: (call: Omit<Call<Context, Id, Code>, "context">) => Context | Promise<Context>;
  /**
   * Run in this order before the request is read and validated: limits, authentication, scopes. Whatever fails below
   * comes back from `next()` as a response.
   */
  readonly outer?: readonly Layer<Context, Id, Code>[];
  /**
   * Run in this order once the request is valid, around the handler: idempotency, transactions, validators. Whatever
   * fails below is thrown by `next()`, so that a transaction rolls back by itself.
   */
  readonly inner?: readonly Layer<Context, Id, Code>[];
  /** The path below which the API lives; unless stated, that of the spec's first server. */
  readonly basePath?: string;
  /** The code for each kind of fault; unless stated, the first one that the operation declares for its status. */
  readonly failures?: Readonly<Partial<Record<FaultKind, Code>>>;
  /** Query parameters that the operation does not declare; `refuse` unless stated. */
  readonly unknownQuery?: "refuse" | "ignore";
  /** The most that a body may measure, in bytes; 1,048,576 unless stated. */
  readonly maxBodyBytes?: number;
  /** The header that tells each request's id, and how ids are made; a UUID in no header unless stated. */
  readonly requestId?: { readonly header?: string; readonly create?: (request: Request) => string };
  /** Writes error bodies; unless stated, of the members that the spec's error schema declares. */
  readonly problem?: (facts: ProblemFacts) => unknown;
  /** Checks every response against the spec, for tests: a wrong one rejects with a `ContractError`. */
  readonly checkResponses?: boolean;
  /** Is told of what was thrown and is no `Failure`. The caller only learns that there was an internal error. */
  readonly onError?: (error: unknown, call: Call<Context, Id, Code> | undefined) => void;
}
