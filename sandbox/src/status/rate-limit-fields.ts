/** A window of a rate limit, as a response told it. */
export interface LimitWindow {
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
  /** The real time, in milliseconds, at which it starts afresh. */
  readonly resetAt: number;
}

/** Reads the `RateLimit` and `RateLimit-Policy` fields that this server writes. */
export function rateLimitsOf(headers: Headers, now = Date.now()): LimitWindow[] {
  const limits = new Map(
    [...(headers.get("ratelimit-policy") ?? "").matchAll(/"([^"]+)";q=(\d+)/g)].map(([, name, limit]) => [
      name,
      Number(limit),
    ]),
  );
  return [...(headers.get("ratelimit") ?? "").matchAll(/"([^"]+)";r=(\d+);t=(\d+)/g)].map(
    ([, name = "", remaining, seconds]) => ({
      name,
      limit: limits.get(name) ?? Number(remaining),
      remaining: Number(remaining),
      resetAt: now + Number(seconds) * 1000,
    }),
  );
}
