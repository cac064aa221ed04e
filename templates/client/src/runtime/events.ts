/** Whom an event is about. No query, no header, no body: nothing secret. */
export interface EventSubject {
  /** The same for all that is told of one call; no other call of this process has it. */
  readonly callId: number;
  readonly operationId?: string | undefined;
  readonly method: string;
  /** The path template; the path itself for requests from outside the operations. */
  readonly path: string;
}

/** What happens inside the runtime, for logs and metrics. Times are milliseconds. */
export type RuntimeEvent = CallEvent | StoreEvent;

/** The store that the processes of a credential share could not be reached, or can be again. */
export interface StoreEvent {
  readonly type: "store";
  /** `degraded`: until it is back, this process keeps to a share of the budget. */
  readonly state: "degraded" | "restored";
  /** The code of the error, or its kind; nothing secret. */
  readonly reason?: string | undefined;
}

/** What happens to a call. */
export type CallEvent = EventSubject &
  (
    | { readonly type: "request" }
    | { readonly type: "response"; readonly status: number; readonly durationMs: number }
    /** The call queues for a slot of the rate limit. */
    | { readonly type: "wait"; readonly waitMs: number }
    /** The call, and others with it, wait longer than `rateLimit.noticeMs`. */
    | { readonly type: "notice"; readonly waitMs: number }
    | {
        readonly type: "retry";
        /** 1 for the first repetition. */
        readonly retry: number;
        readonly delayMs: number;
        /** The status, or the code of the error, that is the reason. */
        readonly reason: number | string;
      }
    /** All calls on the credential pause since the server refused one. */
    | { readonly type: "pause"; readonly pauseMs: number }
    /** A credential was had anew. */
    | { readonly type: "refresh" }
    | { readonly type: "cache"; readonly outcome: "hit" | "miss" | "revalidated" | "shared" }
    | { readonly type: "error"; readonly error: unknown }
  );

let calls = 0;

/** A number for a call. */
export function nextCallId(): number {
  return ++calls;
}

/** Tells an event to whoever listens. Never throws. */
export type Emit = (event: RuntimeEvent) => void;

/** An {@link Emit} over a listener whose failures must not break a call. */
export function createEmit(listener: ((event: RuntimeEvent) => unknown) | undefined): Emit {
  return (event) => {
    if (!listener) return;
    // An async listener fails in its promise: both ways to fail end here.
    new Promise((resolve) => resolve(listener(event))).catch(() => {});
  };
}
