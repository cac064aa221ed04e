import { millisecondsOf } from "../base/duration.js";
import { arrayOf, compact, objectOf, stringOf, type JsonObject } from "../base/json.js";
import type {
  ApiPolicies,
  CachePolicy,
  DelaySource,
  OperationPolicies,
  PaginationPolicy,
  RateLimitPolicy,
  RateLimitWindow,
  RefusalForm,
  RetryPolicy,
} from "./policies.js";

/** What holds where a spec says nothing: the delays of the standards, and a backoff that spreads. */
const DEFAULT_RETRY: RetryPolicy = {
  statuses: [408, 429, 500, 502, 503, 504],
  delay: [{ header: "Retry-After" }],
  backoff: { initialMs: 500, maxMs: 30_000, factor: 2, jitter: "full" },
  maxAttempts: 4,
};

/** Reads the vocabulary at the root of a spec. Values are well-formed: the source room has checked them. */
export function readApiPolicies(document: JsonObject): ApiPolicies {
  return compact<ApiPolicies>({
    rateLimits: readRateLimits(document["x-rate-limits"]),
    retry: readRetry(document["x-retry"], DEFAULT_RETRY),
  });
}

/** Reads the vocabulary of one operation. */
export function readOperationPolicies(operation: JsonObject, api: ApiPolicies): OperationPolicies {
  const limits = objectOf(operation["x-rate-limits"]);
  const retry = operation["x-retry"];
  const idempotency = stringOf(objectOf(operation["x-idempotency"])["header"]);
  return compact<OperationPolicies>({
    cost: typeof limits["cost"] === "number" ? limits["cost"] : 1,
    windows: readWindows(limits["windows"]),
    retry: retry === false ? false : retry === undefined ? undefined : readRetry(retry, api.retry),
    idempotency: idempotency === undefined ? undefined : { header: idempotency },
    pagination: readPagination(operation["x-pagination"]),
    cache: readCache(operation["x-cache"]),
  });
}

function readRateLimits(value: unknown): RateLimitPolicy | undefined {
  const windows = readWindows(objectOf(value)["windows"]);
  const { concurrency } = objectOf(value);
  if (Object.keys(objectOf(value)).length === 0) return undefined;
  const refusal = objectOf(objectOf(value)["refusal"]);
  const status = typeof refusal["status"] === "number" ? refusal["status"] : 429;
  const alternatives = arrayOf(refusal["alternatives"]).flatMap(readRefusalForm);
  return compact<RateLimitPolicy>({
    windows,
    refusal: compact({
      status,
      code: stringOf(refusal["code"]),
      alternatives: alternatives.length > 0 ? alternatives : undefined,
    }),
    concurrency: typeof concurrency === "number" ? concurrency : undefined,
  });
}

function readRefusalForm(item: unknown): RefusalForm[] {
  const { status, header, value } = objectOf(item);
  if (typeof status !== "number") return [];
  return [compact<RefusalForm>({ status, header: stringOf(header), value: stringOf(value) })];
}

function readWindows(value: unknown): RateLimitWindow[] {
  return arrayOf(value).flatMap((item, index) => {
    const { name, limit, window } = objectOf(item);
    const windowMs = millisecondsOf(window);
    if (typeof limit !== "number" || windowMs === undefined) return [];
    return [{ name: stringOf(name) ?? `window${index + 1}`, limit, windowMs }];
  });
}

function readRetry(value: unknown, base: RetryPolicy): RetryPolicy {
  const stated = objectOf(value);
  const backoff = objectOf(stated["backoff"]);
  const { jitter } = backoff;
  return compact<RetryPolicy>({
    statuses: Array.isArray(stated["statuses"]) ? stated["statuses"].filter(Number.isInteger) : base.statuses,
    delay: Array.isArray(stated["delay"]) ? stated["delay"].flatMap(readDelaySource) : base.delay,
    backoff: {
      initialMs: millisecondsOf(backoff["initial"]) ?? base.backoff.initialMs,
      maxMs: millisecondsOf(backoff["max"]) ?? base.backoff.maxMs,
      factor: typeof backoff["factor"] === "number" ? backoff["factor"] : base.backoff.factor,
      jitter: jitter === "none" || jitter === "full" ? jitter : base.backoff.jitter,
    },
    maxAttempts: typeof stated["maxAttempts"] === "number" ? stated["maxAttempts"] : base.maxAttempts,
    safe: stated["safe"] === true ? true : undefined,
  });
}

function readDelaySource(value: unknown): DelaySource[] {
  const { header, message } = objectOf(value);
  if (typeof header === "string") return [{ header }];
  return typeof message === "string" ? [{ message }] : [];
}

function readPagination(value: unknown): PaginationPolicy | undefined {
  const stated = objectOf(value);
  const style = (["cursor", "page", "offset", "link"] as const).find((name) => name === stated["style"]);
  const items = stringOf(stated["items"]);
  if (style === undefined || items === undefined) return undefined;
  return compact<PaginationPolicy>({
    style,
    items,
    parameter: stringOf(stated[`${style}Parameter`]),
    limitParameter: stringOf(stated["limitParameter"]),
    next: stringOf(stated["next"]),
    more: stringOf(stated["more"]),
    start: numberOf(stated["start"]),
    total: stringOf(stated["total"]),
    totalPages: stringOf(stated["totalPages"]),
    endStatus: numberOf(stated["endStatus"]),
  });
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function readCache(value: unknown): CachePolicy | undefined {
  const freshMs = millisecondsOf(objectOf(value)["fresh"]);
  if (freshMs === undefined) return undefined;
  return { freshMs, etag: arrayOf(objectOf(value)["validators"]).includes("etag") };
}
