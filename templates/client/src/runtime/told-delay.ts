import { readErrorBody } from "./decode.js";
import { own } from "./objects.js";
import type { DelaySource } from "./policy.js";
import { readRateLimit, serverNow } from "./rate-limit-fields.js";
import { readSpan, SPAN, spanOf, unitOf } from "./time-text.js";

/** Messages come from outside: what a pattern is tried on is bounded. */
const MAX_MESSAGE = 500;

/** What a refusal tells: its headers, its body as read, and when it came. */
export interface Refusal {
  readonly headers: Headers;
  readonly body?: unknown;
  /** The local time, in milliseconds since 1970, for servers that send no `Date`. */
  readonly receivedAt: number;
}

/** Headers that tell a delay, whatever the spec says. */
const HEADERS = ["retry-after-ms", "x-ms-retry-after-ms", "Retry-After", "RateLimit"];

const known = new WeakMap<Response, Promise<number | undefined>>();

/**
 * The delay that a response tells, in milliseconds: from its headers, else from a copy of its body. None at all is no
 * leave to storm: then the backoff counts, as when nothing is told.
 */
export function delayOf(response: Response, sources: readonly DelaySource[]): Promise<number | undefined> {
  const delay = known.get(response) ?? readDelay(response, sources).then((ms) => ms || undefined);
  known.set(response, delay);
  return delay;
}

async function readDelay(response: Response, sources: readonly DelaySource[]): Promise<number | undefined> {
  const refusal = { headers: response.headers, receivedAt: Date.now() };
  const inHeaders = sources.filter((source) => "header" in source);
  const isFirst = sources.every((source, index) => source === inHeaders[index] || index >= inHeaders.length);
  const delay = isFirst ? headerDelay(refusal, inHeaders) : undefined;
  return delay ?? toldDelayMs({ ...refusal, body: await readErrorBody(response.clone()) }, sources);
}

/**
 * The delay that a refusal tells, in milliseconds, from the first source that can be read; then from the usual headers,
 * members of the body and words. Undefined: it tells none.
 */
export function toldDelayMs(refusal: Refusal, sources: readonly DelaySource[]): number | undefined {
  const message = messageIn(refusal.body)?.slice(0, MAX_MESSAGE) ?? "";
  for (const source of sources) {
    const delay =
      "header" in source ? headerDelay(refusal, [source], []) : patternDelay(message, source.message);
    if (delay !== undefined) return bounded(delay);
  }
  const delay = headerDelay(refusal, []) ?? memberDelay(refusal, refusal.body) ?? wordsDelay(message);
  return delay === undefined ? undefined : bounded(delay);
}

function bounded(delayMs: number): number {
  return Math.min(delayMs, Number.MAX_SAFE_INTEGER);
}

function headerDelay(
  { headers, receivedAt }: Refusal,
  sources: readonly { readonly header: string }[],
  usual: readonly string[] = HEADERS,
): number | undefined {
  for (const name of [...sources.map(({ header }) => header), ...usual]) {
    if (/^ratelimit$/i.test(name)) {
      const reset = resetOf(headers, receivedAt);
      if (reset !== undefined) return reset;
    }
    const delay = readSpan(headers.get(name) ?? "", serverNow(headers, receivedAt), unitOf(name));
    if (delay !== undefined) return bounded(delay);
  }
  return undefined;
}

/** Until every exhausted policy is restored. */
function resetOf(headers: Headers, receivedAt: number): number | undefined {
  const resets = readRateLimit(headers, receivedAt).flatMap(({ remaining, resetMs }) =>
    remaining === 0 ? (resetMs ?? []) : [],
  );
  return resets.length > 0 ? Math.max(...resets) : undefined;
}

/** A pattern with a group that is named after a unit, or named `delay`. */
function patternDelay(message: string, pattern: string): number | undefined {
  const groups = new RegExp(pattern, "i").exec(message)?.groups ?? {};
  for (const [name, value] of Object.entries(groups)) {
    const delay = value === undefined ? undefined : readSpan(value, NaN, unitOf(name));
    if (delay !== undefined) return delay;
  }
  return undefined;
}

/** Members that tell a delay: `retry_after`, `retryAfterMs`, `error.details[].retryDelay`. */
const MEMBER =
  /^(retry[-_]?(after|delay|in)|(reset|wait)[-_]?(after|in|for|time))?[-_]?(ms|millis|milliseconds|s|secs|seconds|mins|minutes)?$/i;

function memberDelay({ headers, receivedAt }: Refusal, value: unknown, depth = 0): number | undefined {
  if (!(value instanceof Object) || depth > 3) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const isDelay = /retry|reset|wait/i.test(name) && MEMBER.test(name);
    const delay =
      isDelay && /string|number/.test(typeof member)
        ? readSpan(String(member), serverNow(headers, receivedAt), unitOf(name))
        : memberDelay({ headers, receivedAt }, member, depth + 1);
    if (delay !== undefined) return delay;
  }
  return undefined;
}

/** Words that tell a delay: "Try again in 20s", "Please wait 1 minute". */
const WORDS = new RegExp(`\\b(?:retry|again|wait|resets?|available)\\b[^\\d]{0,30}(${SPAN})`, "i");

function wordsDelay(message: string): number | undefined {
  const [, span] = WORDS.exec(message) ?? [];
  return span === undefined ? undefined : spanOf(span);
}

/** The text in an error's body that may tell a delay. */
export function messageIn(body: unknown): string | undefined {
  if (typeof body === "string") return body;
  const error = own(body, "error");
  const message = own(body, "message") ?? own(body, "detail") ?? own(error, "message") ?? error;
  return typeof message === "string" ? message : undefined;
}
