import type { Api } from "./api.js";
import { isApiError, RequestError, type ApiError, type ErrorFacts } from "./errors.js";
import type { CallContext } from "./layer.js";
import { own } from "./objects.js";

/** What a call knows of its failure, besides the failure itself. */
export interface CallFacts {
  readonly method: string;
  readonly path: string;
  readonly operationId?: string | undefined;
  readonly context: Pick<CallContext, "attempts" | "unrepeated">;
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly origin?: Origin | undefined;
}

/** Where a call was made: its stack leads to the caller's line, which no error made later could. */
export interface Origin {
  readonly stack?: string;
}

/** The place that called `above`. Engines other than V8 show a few frames of the runtime, too. */
export function originOf(above: unknown): Origin {
  const origin = {};
  // V8's own addition to the standard.
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: unknown) => void };
  if (!captureStackTrace) return new Error();
  captureStackTrace(origin, above);
  return origin;
}

/** What a server makes an error say fills no more of a message; with the remedy for it, twice as much. */
const MAX_TEXT = 300;

/** A chain of causes is followed no further. */
const MOST_CAUSES = 5;

/**
 * The error that a call fails with: of the same class, and with what the call knows. It is a new one, since those who
 * share a request fail with the same error, each in a call of their own. What code of the caller's throws (a fetch, a
 * function for a secret, a layer, the reason of a signal) stays as it is.
 */
export function located(error: unknown, call: CallFacts, { redact }: Pick<Api, "redact">): unknown {
  if (!(error instanceof Error))
    return located(new RequestError("code that the call depends on threw no error", { cause: error }), call, {
      redact,
    });
  if (!isOwn(error) || error.operationId) return error;
  const { method, path, operationId, context, startedAt } = call;
  const durationMs = Math.round(performance.now() - startedAt);
  const requestId = error.requestId && harmless(redact(error.requestId), 200);
  const facts: ErrorFacts = {
    ...error,
    // Neither is among the enumerable members.
    headers: own(error, "headers") instanceof Headers ? error.headers : undefined,
    cause: cleanedCause(error.cause, redact),
    operationId,
    requestId,
    attempts: context.attempts,
    durationMs,
  };
  const isStatus = "body" in error;
  const details = [
    context.unrepeated,
    requestId && `request id ${requestId}`,
    effort(context.attempts, durationMs),
  ].filter(Boolean);
  const message = `${method} ${path}${isStatus ? " " : ": "}${harmless(redact(error.message), isStatus ? 2 * MAX_TEXT : MAX_TEXT)}`;
  const complete: ApiError = Reflect.construct(error.constructor, [
    message + (details.length > 0 ? ` (${details.join("; ")})` : ""),
    facts,
  ]);
  const frames = (call.origin?.stack ?? "").replace(/^\w*(: .*)?\n/, "");
  if (frames) complete.stack = `${complete.name}: ${complete.message}\n${frames}`;
  return complete;
}

/** Whether an error is of a class of the runtime itself, rather than of one that a caller derived from it. */
function isOwn(error: Error): error is ApiError & { readonly headers?: Headers } {
  return isApiError(error) && Object.hasOwn(error.constructor, "kind");
}

/** What the failure has cost, where that is worth a word. */
function effort(attempts: number, durationMs: number): string {
  if (attempts < 2 && durationMs < 1000) return "";
  const time = durationMs < 1000 ? `${durationMs} ms` : `${(durationMs / 1000).toFixed(1)} s`;
  return attempts === 0
    ? `after ${time}, never sent`
    : `${attempts} attempt${attempts > 1 ? "s" : ""} in ${time}`;
}

/** A text of a server on one line, without what a terminal would obey, at most so long. */
export function harmless(text: string, most: number = Infinity): string {
  const line = text
    .replace(/\s+/g, " ")
    // Control characters, and those that turn the direction of writing around.
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** A cause without what it carries besides its words: what a fetch throws may hold the whole request. */
function cleanedCause(cause: unknown, redact: (text: string) => string, depth = 0): unknown {
  const clean = (text: string): string =>
    redact(text).replace(/\b(bearer|basic) [\w.~+/=-]+/gi, "$1 [secret]");
  if (typeof cause === "string") return clean(cause);
  if (!(cause instanceof Error) || depth === MOST_CAUSES) return undefined;
  const copy = new Error(clean(cause.message));
  const members = {
    name: cause.name,
    code: cleanedCause(own(cause, "code"), redact, depth + 1),
    cause: cleanedCause(cause.cause, redact, depth + 1),
  };
  for (const [key, value] of Object.entries({ ...members, stack: clean(cause.stack ?? "") }))
    if (value !== undefined) Object.defineProperty(copy, key, { value, configurable: true, writable: true });
  return copy;
}
