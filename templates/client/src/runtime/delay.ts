import type { Backoff, DelaySource } from "./operation.js";

/** What a refusal tells: its headers, the text of its message, and when it came. */
export interface Refusal {
  readonly headers: Headers;
  readonly message?: string | undefined;
  /** The local time, in milliseconds since 1970, for servers that send no `Date`. */
  readonly receivedAt: number;
}

/** The delay that a refusal tells, in milliseconds, from the first source that can be read; undefined: it tells none. */
export function toldDelayMs(refusal: Refusal, sources: readonly DelaySource[]): number | undefined {
  for (const source of sources) {
    const delay =
      "header" in source ? headerDelay(refusal, source.header) : messageDelay(refusal, source.message);
    if (delay !== undefined) return Math.min(delay, Number.MAX_SAFE_INTEGER);
  }
  return undefined;
}

function headerDelay({ headers, receivedAt }: Refusal, name: string): number | undefined {
  const value = headers.get(name)?.trim();
  if (!value) return undefined;
  if (/^ratelimit$/i.test(name)) return resetOf(value);
  // RFC 9110, section 10.2.3: seconds, or a date. A date is compared with the server's own clock.
  if (/^\d+(\.\d+)?$/.test(value)) {
    const seconds = Number(value);
    // Some send a moment instead of a span: no delay is 30 years long.
    return seconds > 1e9 ? Math.max(0, seconds * 1000 - receivedAt) : seconds * 1000;
  }
  const date = httpDate(value);
  return date === undefined
    ? undefined
    : Math.max(0, date - (httpDate(headers.get("date") ?? "") ?? receivedAt));
}

/** The three forms of an HTTP date (RFC 9110, section 5.6.7); each starts with the day of the week. */
function httpDate(value: string): number | undefined {
  if (!/^(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,? /i.test(value)) return undefined;
  const time = Date.parse(value.endsWith("GMT") ? value : `${value} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

/** One member of a RateLimit field: a policy's name, what is left of it, and in how many seconds it is restored. */
export interface RateLimitState {
  readonly name: string;
  readonly remaining: number;
  readonly resetMs?: number | undefined;
}

/**
 * One member of a RateLimit field: a String or, as older servers send it, a Token, then parameters (RFC 9651). Strings
 * may hold whatever separates things elsewhere.
 */
const MEMBER =
  /\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z*][\w:./*-]*))((?:\s*;\s*[a-z*][\w.*-]*(?:=(?:"(?:[^"\\]|\\.)*"|:[^:]*:|[^",:;\s]+))?)*)\s*(?:,|$)/gy;

/** Reads a RateLimit field (draft-ietf-httpapi-ratelimit-headers-10), up to where it is malformed. */
export function readRateLimit(value: string): RateLimitState[] {
  return [...value.matchAll(MEMBER)].flatMap(([, quoted, token = "", parameters = ""]) => {
    // What stands within strings is no parameter.
    const bare = parameters.replace(/"(?:[^"\\]|\\.)*"/g, "");
    const remaining = integer(bare, "r");
    if (remaining === undefined) return [];
    const reset = integer(bare, "t");
    const name = quoted?.replace(/\\(.)/g, "$1") ?? token;
    return [{ name, remaining, resetMs: reset === undefined ? undefined : reset * 1000 }];
  });
}

function integer(parameters: string, key: string): number | undefined {
  const text = new RegExp(`;\\s*${key}=(\\d{1,15})\\s*(?:;|$)`).exec(parameters)?.[1];
  return text === undefined ? undefined : Number(text);
}

/** Until every exhausted policy is restored. */
function resetOf(value: string): number | undefined {
  const resets = readRateLimit(value).flatMap(({ remaining, resetMs }) =>
    remaining === 0 ? (resetMs ?? []) : [],
  );
  return resets.length > 0 ? Math.max(...resets) : undefined;
}

function messageDelay({ message }: Refusal, pattern: string): number | undefined {
  const seconds = Number(new RegExp(pattern, "i").exec(message ?? "")?.groups?.["seconds"] ?? NaN);
  return seconds >= 0 ? seconds * 1000 : undefined;
}

/** The delay before a repetition when the server tells none: exponential, with full jitter so that callers spread. */
export function backoffMs(
  { initialMs, maxMs, factor, jitter }: Backoff,
  retry: number,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(maxMs, initialMs * factor ** (retry - 1));
  return jitter === "full" ? random() * ceiling : ceiling;
}
