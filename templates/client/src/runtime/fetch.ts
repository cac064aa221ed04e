import type { Operation } from "./operation.js";

/** The runtime is a fetch: a request goes in, a response comes out. */
export type Fetch = (request: Request, call?: CallContext) => Promise<Response>;

/** One concern of the runtime, wrapped around the next. `next` may be called more than once, or not at all. */
export type Ring = (request: Request, next: Next, call: CallContext) => Promise<Response>;

/** What a ring calls to go on, as the same call or, where it serves several, as one of its own. */
export type Next = (request: Request, call?: CallContext) => Promise<Response>;

/** What the rings know of a call besides its request. One object serves all attempts. */
export interface CallContext {
  /** Absent for requests that come from outside the emitted operations. */
  readonly operation?: Operation | undefined;
  /** Ends the call: the caller's own signal and its deadline, in one. */
  readonly signal: AbortSignal;
  /** When the call must be over, on the clock of `performance.now()`; `Infinity`: never. */
  readonly deadline: number;
  /** Ends one attempt, in milliseconds. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Attempts after the first; absent: as the policy says. */
  readonly maxRetries?: number | undefined;
  /** Makes an unsafe call safe to repeat; the same for all attempts. */
  readonly idempotencyKey?: string | undefined;
  /** `false`: the body is a stream, which can be sent only once. */
  readonly replayable?: boolean | undefined;
  /** Higher leaves first; 0 by default. */
  readonly priority?: number | undefined;
  /** `false`: neither read from the cache nor written to it; `"reload"`: fetched anew, then kept. */
  readonly cache?: false | "reload" | undefined;
}

/** Wraps a fetch in rings; the first ring is the outermost. */
export function compose(
  rings: readonly Ring[],
  fetch: Fetch,
): (request: Request, call: CallContext) => Promise<Response> {
  const run = (index: number, request: Request, call: CallContext): Promise<Response> => {
    const ring = rings[index];
    return ring
      ? ring(request, (following, own = call) => run(index + 1, following, own), call)
      : fetch(request, call);
  };
  return (request, call) => run(0, request, call);
}
