import { momentOf, readSpan } from "./time-text.js";

/** What a server says of one of its windows. */
export interface RateLimitState {
  readonly name: string;
  readonly remaining: number;
  /** When it is restored, at least in part. */
  readonly resetMs?: number | undefined;
  /** What the policy allows. */
  readonly limit?: number | undefined;
  readonly windowMs?: number | undefined;
  /** The policy limits the requests that are under way, and not those in some time. */
  readonly isConcurrency?: boolean | undefined;
}

/** A longer delay is no delay, but a mistake: it is tried again after the longest pause. */
export const PLAUSIBLE_MS: number = 32 * 24 * 3_600_000;

/** Clocks that differ by less are taken for the same: `Date` has whole seconds. */
const SAME_CLOCK_MS = 2000;

/** The server's time, in milliseconds since 1970: the local clock may be an hour off. */
export function serverNow(headers: Headers, receivedAt: number): number {
  const date = momentOf(headers.get("date") ?? "") ?? receivedAt;
  return Math.abs(date - receivedAt) < SAME_CLOCK_MS ? receivedAt : date;
}

/**
 * What the server says is left: in the fields RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers, 7 and
 * later), else in those of their kind: `X-RateLimit-Remaining`, `RateLimit-Reset`, `X-RateLimit-Limit-Minute`,
 * `acme-ratelimit-requests-reset`. A malformed field is none.
 */
export function readRateLimit(headers: Headers, receivedAt: number = Date.now()): RateLimitState[] {
  const states = readDraft(headers);
  return states.length > 0 ? states : readRelatives(headers, receivedAt);
}

function readDraft(headers: Headers): RateLimitState[] {
  const field = headers.get("ratelimit");
  if (field === null) return [];
  const policies = new Map(itemsOf(headers.get("ratelimit-policy")));
  if (/^\s*limit\s*=/.test(field)) return readDictionary(field, policies);
  return itemsOf(field).flatMap(([name, { r, t }]) => {
    const { q, w, qu } = policies.get(name) ?? {};
    if (r === undefined || (qu && !/request/.test(qu))) return [];
    const resetMs = t === undefined ? undefined : t * 1000;
    if (qu && /concurrent/.test(qu)) return { name, remaining: r, limit: q, isConcurrency: true };
    const limit = q === undefined || w === undefined ? {} : { limit: q, windowMs: w * 1000 };
    return { name, remaining: r, resetMs, ...limit };
  });
}

/** Draft 7: `RateLimit: limit=100, remaining=50, reset=30` with `RateLimit-Policy: 100;w=60`. */
function readDictionary(field: string, policies: ReadonlyMap<string, Parameters>): RateLimitState[] {
  const numberOf = (key: string): number | undefined => {
    const [, digits] = new RegExp(`\\b${key}\\s*=\\s*(\\d{1,15})\\b`).exec(field) ?? [];
    return digits === undefined ? undefined : Number(digits);
  };
  const [limit, remaining, reset] = [numberOf("limit"), numberOf("remaining"), numberOf("reset")];
  if (limit === undefined || remaining === undefined) return [];
  const { w } = policies.get(String(limit)) ?? {};
  const resetMs = reset === undefined ? undefined : reset * 1000;
  return [{ name: "default", limit, remaining, resetMs, windowMs: w === undefined ? undefined : w * 1000 }];
}

type Parameters = Partial<Record<"q" | "r" | "t" | "w", number>> & { readonly qu?: string | undefined };

/** One item of a structured List (RFC 9651): a String, in which anything may stand, or a Token or number; then parameters. */
const ITEM =
  /\s*(?:"((?:[^"\\]|\\.)*)"|([a-z*\d][^\s;,"=]*))((?:\s*;\s*[a-z*][\w.*-]*(?:=(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))?)*)\s*(?:,(?!\s*$)|$)/giy;

/** The items with their whole numbers; a malformed field is none. */
function itemsOf(field: string | null): [name: string, Parameters][] {
  const text = field ?? "";
  const matches = [...text.matchAll(ITEM)];
  if (matches.map(([match]) => match).join("") !== text) return [];
  return matches.map(([, quoted, token = "", parameters = ""]) => {
    const [, qu] = /; *qu="([^"]*)"/.exec(parameters) ?? [];
    const bare = parameters.replace(/"(?:[^"\\]|\\.)*"/g, "");
    const numbers = Array.from(bare.matchAll(/; *([qrtw])=(\d{1,15})(?=\s*(?:;|$))/g), ([, key, value]) => [
      key,
      Number(value),
    ]);
    return [quoted?.replace(/\\(.)/g, "$1") ?? token, { ...Object.fromEntries(numbers), qu }];
  });
}

/** The relatives' names: any prefix, then what is counted and in which time, then the kind, in any order. */
const RELATIVE = /^(?:[a-z]+-)*?rate-?limit-([a-z-]+)$/;
const KIND = /(?:^|-)(limit|max|remaining|reset-after|reset|window|interval-milliseconds)(?:-|$)/;
/** What is no request is not counted. */
const OTHER_UNITS = /token|byte|cost|point|credit|unit|complexity/;
const NAMED_WINDOWS_MS = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  daily: 86_400_000,
} as const;

function readRelatives(headers: Headers, receivedAt: number): RateLimitState[] {
  const groups = new Map<string, Map<string, string>>();
  headers.forEach((value, header) => {
    const [, rest = ""] = RELATIVE.exec(header) ?? [];
    const [match, kind = ""] = KIND.exec(rest) ?? [];
    if (match === undefined || OTHER_UNITS.test(rest)) return;
    const name = rest.replace(match, "-").replace(/^-|-$/g, "") || "default";
    const group = groups.get(name) ?? new Map<string, string>();
    groups.set(name, group.set(kind, value));
  });
  const now = serverNow(headers, receivedAt);
  return [...groups].flatMap(([name, group]) => {
    const numberIn = (kind: string): number | undefined => {
      const [digits] = /^\d{1,15}/.exec(group.get(kind) ?? "") ?? [];
      return digits === undefined ? undefined : Number(digits);
    };
    const remaining = numberIn("remaining");
    if (remaining === undefined) return [];
    const reset = group.get("reset-after") ?? group.get("reset");
    const [, w] = /;\s*w=(\d+)/.exec(group.get("limit") ?? "") ?? [];
    const named = Object.entries(NAMED_WINDOWS_MS).find(([key]) => key === name)?.[1];
    const windowMs = w === undefined ? (numberIn("interval-milliseconds") ?? named) : Number(w) * 1000;
    return {
      name,
      remaining,
      limit: numberIn("limit") ?? numberIn("max"),
      resetMs: reset === undefined ? undefined : readSpan(reset, now),
      windowMs,
    };
  });
}
