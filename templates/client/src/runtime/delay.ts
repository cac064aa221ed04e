import type { Backoff, DelaySource } from "./policy.js";

/** A call that is told to wait longer fails at once and says so: that is for the caller to decide. */
export const LONGEST_DELAY_MS: number = 20 * 60_000;

/** Messages come from outside: what a pattern is tried on is bounded. */
const MAX_MESSAGE = 500;

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
  const value = headers.get(name)?.trim() ?? "";
  if (/^ratelimit$/i.test(name)) return resetOf(headers);
  // Moments are compared with the server's own clock: the local one may be an hour off.
  const serverNow = httpDate(headers.get("date") ?? "") ?? receivedAt;
  // Retry-After: seconds, or a date (RFC 9110, section 10.2.3). Parts of a second are not in the RFC, but unmistakable.
  if (/^\d+(\.\d+)?$/.test(value)) {
    const ms = Number(value) * 1000;
    // Some send a moment in place of a span: no span is 30 years long.
    return ms > 1e12 ? Math.max(0, ms - serverNow) : ms;
  }
  const date = httpDate(value);
  return date === undefined ? undefined : Math.max(0, date - serverNow);
}

/** The three forms of an HTTP date (RFC 9110, section 5.6.7); `Date.parse` alone takes much that is none. */
function httpDate(value: string): number | undefined {
  const form =
    /^[A-Z][a-z]{2,8}(, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} [\d:]{8} GMT| [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})$/;
  const time = form.test(value) ? Date.parse(value.endsWith("GMT") ? value : `${value} GMT`) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** One item of a RateLimit field, with what RateLimit-Policy says of it. */
export interface RateLimitState {
  readonly name: string;
  readonly remaining: number;
  /** When it is restored, at least in part. */
  readonly resetMs?: number | undefined;
  /** What the policy allows. */
  readonly limit?: number | undefined;
  readonly windowMs?: number | undefined;
}

/** Reads RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10); a malformed field is none. */
export function readRateLimit(headers: Headers): RateLimitState[] {
  if (!headers.has("ratelimit")) return [];
  const policies = new Map(itemsOf(headers.get("ratelimit-policy")));
  return itemsOf(headers.get("ratelimit")).flatMap(([name, { r, t }]) => {
    const { q, w } = policies.get(name) ?? {};
    const limit = q === undefined || w === undefined ? {} : { limit: q, windowMs: w * 1000 };
    return r === undefined ? [] : { name, remaining: r, resetMs: t && t * 1000, ...limit };
  });
}

type Item = [name: string, parameters: Partial<Record<"q" | "r" | "t" | "w", number>>];

/** One item of a structured List (RFC 9651): a String, in which anything may stand, or a Token; then parameters. */
const ITEM =
  /\s*(?:"((?:[^"\\]|\\.)*)"|([a-z*][^\s;,"=]*))((?:\s*;\s*[a-z*][\w.*-]*(?:=(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))?)*)\s*(?:,(?!\s*$)|$)/giy;

/** The items with their whole numbers; a malformed field is none. */
function itemsOf(field: string | null): Item[] {
  const text = field ?? "";
  const matches = [...text.matchAll(ITEM)];
  if (matches.map(([match]) => match).join("") !== text) return [];
  return matches.map(([, quoted, token = "", parameters = ""]) => {
    const bare = parameters.replace(/"(?:[^"\\]|\\.)*"/g, "");
    const numbers = Array.from(bare.matchAll(/; *([qrtw])=(\d{1,15})(?=\s*(?:;|$))/g), ([, key, value]) => [
      key,
      Number(value),
    ]);
    return [quoted?.replace(/\\(.)/g, "$1") ?? token, Object.fromEntries(numbers)];
  });
}

/** Until every exhausted policy is restored. */
function resetOf(headers: Headers): number | undefined {
  const resets = readRateLimit(headers).flatMap(({ remaining, resetMs }) =>
    remaining === 0 ? (resetMs ?? []) : [],
  );
  return resets.length > 0 ? Math.max(...resets) : undefined;
}

function messageDelay({ message = "" }: Refusal, pattern: string): number | undefined {
  const match = new RegExp(pattern, "i").exec(message.slice(0, MAX_MESSAGE));
  const seconds = Number(match?.groups?.["seconds"] || NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
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
