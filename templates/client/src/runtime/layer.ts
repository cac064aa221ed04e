import type { Clock } from "./clock.js";
import type { Emit } from "./events.js";
import type { OperationPolicy } from "./policy.js";

/** A platform's `fetch`, as far as the runtime calls it. */
export type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>;

/** What `fetch` takes besides what a call says itself; frameworks add members of their own, such as `next`. */
export type FetchOptions = Omit<RequestInit, "method" | "headers" | "body" | "signal"> &
  Readonly<Record<string, unknown>>;

/** A request on its way out. It is plain data, so that each attempt can send it anew, unless its body is a stream. */
export interface OutgoingRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** By their names in lower case. A layer that changes them passes on a copy. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodyInit | null;
}

/** Sends a request for a call. */
export type Send = (request: OutgoingRequest, call: CallContext) => Promise<Response>;

/** One concern of the runtime, wrapped around the next. `next` may be called more than once, or not at all. */
export type Layer = (request: OutgoingRequest, next: Send, call: CallContext) => Promise<Response>;

/** A layer of a client's own, and where it stands among those of the runtime. */
export interface NamedLayer {
  /** Tells it from others in error messages. */
  readonly name: string;
  readonly layer: Layer;
  /**
   * The layer of the runtime that it comes before, from the caller to the network: `cache` sees each call once, `sign`
   * and `network` see each attempt, the latter with its credential. `cache` unless given.
   */
  readonly before?: LayerName | undefined;
}

/** The layers of the runtime, in their order. */
export type LayerName = "cache" | "retry" | "credentials" | "limiter" | "sign" | "network";

/** A call's span of time, which the caller's own signal and its deadline end. */
export interface CallLifetime {
  /** Its reason is the error that the call fails with. It is made when it is first asked for. */
  readonly signal: AbortSignal;
  /** Calls back with the reason when it is over, at once if it already is: as the signal does, and cheaper. */
  onEnd(callback: (reason: unknown) => void): void;
  /** Takes back what `onEnd` was given, when the work is done in time. */
  offEnd(callback: (reason: unknown) => void): void;
  /** When the call must be over, on the clock of `performance.now()`; `Infinity`: never. */
  readonly deadline: number;
}

/** What the layers know of a call besides its request. One object serves all attempts. */
export interface CallContext {
  /** Tells the call from others in events. */
  readonly id: number;
  /** Absent for requests that come from outside the emitted operations. */
  readonly operation?: OperationPolicy | undefined;
  /** How long the call lasts. */
  readonly lifetime: CallLifetime;
  /** Ends one attempt, in milliseconds. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Further options for the platform's `fetch`. */
  readonly fetchOptions?: FetchOptions | undefined;
  /** Attempts after the first; absent: as the policy says. */
  readonly maxRetries?: number | undefined;
  /** Higher leaves first; 0 by default. */
  readonly priority?: number | undefined;
  /** `false`: neither read from the cache nor written to it; `"reload"`: fetched anew, then kept. */
  readonly cache?: false | "reload" | undefined;
  /** Makes the cache, where the operation has one. */
  readonly cacheLayer?: LayerFactory | undefined;
  /** Adds the client's headers and the credential when an attempt leaves; set by the layer that looks the credential up. */
  sign?: ((request: OutgoingRequest) => OutgoingRequest | Promise<OutgoingRequest>) | undefined;
  /** How often the request was sent so far. */
  attempts: number;
  /** Sends the request once more after its body failed, where that may help; set by the layer that retries. */
  again?: ((failure: { readonly error: unknown }) => Promise<Response>) | undefined;
  /** Ends the attempt that is under way, with its body; set by what sends it. */
  endAttempt?: ((reason: unknown) => void) | undefined;
  /** Why a failure that passes was final nevertheless, for the message of the error. */
  unrepeated?: string | undefined;
}

/** What a layer may use of the client that makes it: one layer serves all calls of a client. */
export interface LayerSetup {
  readonly clock: Clock;
  readonly emit: Emit;
  /** The secrets that a request will carry: what a function gives may be another's each time. */
  readonly identify: (request: OutgoingRequest, call: CallContext) => Promise<readonly unknown[]>;
}

/** Makes a layer for a client. */
export type LayerFactory = (setup: LayerSetup) => Layer;

/** Wraps layers around what sends; the first layer is the outermost. */
export function compose(layers: readonly Layer[], send: Send): Send {
  return layers.reduceRight<Send>((next, layer) => (request, call) => layer(request, next, call), send);
}
