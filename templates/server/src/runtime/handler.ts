import type { Fail } from "./failure.js";

/** What every request has, whatever its operation. */
export interface RequestBase<Code extends string | number> {
  /** Ends the request with an error that the operation declares. */
  readonly fail: Fail<Code>;
  /** As it was sent. */
  readonly url: string;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
}

/** Answers one operation. What it throws, but for a `Failure`, is a fault of the server. */
export type Handler<Input, Context, Output> = (input: Input, context: Context) => Output | Promise<Output>;

/** Bytes that a handler answers with. */
export type BinaryBody = Blob | ArrayBuffer | Uint8Array | ReadableStream<Uint8Array>;

/** What a handler gives back, as the server sees it. */
export interface AnyOutput {
  readonly status: number;
  readonly body?: unknown;
  /** Only where the operation declares several for the status. */
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** Headers that the operation declares for a status. Layers may add those that are the same for all operations. */
export type DeclaredHeaders<Name extends string> = {
  readonly [Header in Name]?: string | number | boolean | undefined;
};
