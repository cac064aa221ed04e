import type { Fetch } from "../../templates/client/src/runtime/layer.js";
import type { VirtualClock } from "./virtual-clock.js";

/** A way to count: lets a request through, or says after how many milliseconds one will be. */
export interface Counting {
  (now: number): { readonly isLet: boolean; readonly remaining: number; readonly resetMs: number };
}

/** Servers that let `limit` requests through in `windowMs`. */
export const COUNTINGS: Record<string, (limit: number, windowMs: number) => Counting> = {
  fixed: (limit, windowMs) => {
    let [start, count] = [-Infinity, 0];
    return (now) => {
      if (now >= start + windowMs) [start, count] = [now, 0];
      const isLet = count < limit;
      if (isLet) count += 1;
      return { isLet, remaining: limit - count, resetMs: start + windowMs - now };
    };
  },
  "fixed by the clock": (limit, windowMs) => {
    let [start, count] = [-Infinity, 0];
    return (now) => {
      const own = Math.floor((now + windowMs * 0.6) / windowMs) * windowMs - windowMs * 0.6;
      if (own !== start) [start, count] = [own, 0];
      const isLet = count < limit;
      if (isLet) count += 1;
      return { isLet, remaining: limit - count, resetMs: start + windowMs - now };
    };
  },
  sliding: (limit, windowMs) => {
    let times: number[] = [];
    return (now) => {
      times = times.filter((time) => time > now - windowMs);
      const isLet = times.length < limit;
      if (isLet) times.push(now);
      return { isLet, remaining: limit - times.length, resetMs: (times[0] ?? now) + windowMs - now };
    };
  },
  GCRA: (limit, windowMs) => {
    const interval = windowMs / limit;
    let theoretical = 0;
    return (now) => {
      const next = Math.max(theoretical, now) + interval;
      const isLet = next - now <= windowMs + 1e-6;
      if (isLet) theoretical = next;
      const spent = Math.max(0, theoretical - now);
      return {
        isLet,
        remaining: Math.floor((windowMs - spent + 1e-6) / interval),
        resetMs: isLet ? spent : next - now - windowMs,
      };
    };
  },
};

type Announcement = (state: {
  isLet: boolean;
  remaining: number;
  resetMs: number;
  limit: number;
  windowMs: number;
}) => {
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly body?: unknown;
};

const seconds = (ms: number): string => String(Math.ceil(ms / 1000));

/** How a server says that it limits. */
export const ANNOUNCEMENTS: Record<string, Announcement> = {
  "not at all": () => ({}),
  "Retry-After": ({ resetMs, isLet }) => (isLet ? {} : { headers: { "retry-after": seconds(resetMs) } }),
  "retry-after-ms": ({ resetMs, isLet }) =>
    isLet ? {} : { headers: { "retry-after-ms": String(Math.ceil(resetMs)) } },
  "in the message": ({ resetMs, isLet }) =>
    isLet ? {} : { body: { message: `Too many requests. Retry in ${seconds(resetMs)} seconds.` } },
  "in a member": ({ resetMs, isLet }) =>
    isLet ? {} : { body: { error: { retry_after: Number(seconds(resetMs)) } } },
  "RateLimit and RateLimit-Policy": ({ resetMs, remaining, limit, windowMs }) => ({
    headers: {
      ratelimit: `"default";r=${remaining};t=${seconds(resetMs)}`,
      "ratelimit-policy": `"default";q=${limit};w=${windowMs / 1000}`,
    },
  }),
  RateLimit: ({ resetMs, remaining }) => ({
    headers: { ratelimit: `"default";r=${remaining};t=${seconds(resetMs)}` },
  }),
  "RateLimit-Remaining": ({ resetMs, remaining, limit }) => ({
    headers: {
      "ratelimit-limit": String(limit),
      "ratelimit-remaining": String(remaining),
      "ratelimit-reset": seconds(resetMs),
    },
  }),
  "X-RateLimit, epoch": ({ resetMs, remaining, limit }) => ({
    headers: {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": seconds(Date.now() + resetMs),
    },
  }),
  "GitHub's 403": ({ resetMs, remaining, limit, isLet }) => ({
    status: isLet ? 200 : 403,
    body: isLet ? {} : { message: "API rate limit exceeded" },
    headers: {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-used": String(limit - remaining),
      "x-ratelimit-resource": "core",
      "x-ratelimit-reset": seconds(Date.now() + resetMs),
    },
  }),
};

/** A server in made time, which limits in one of these ways. */
export function limitedWorld(
  clock: VirtualClock,
  {
    counting,
    announcement,
    limit = 20,
    windowMs = 2000,
    latency = () => 1,
  }: {
    counting: Counting;
    announcement: Announcement;
    limit?: number;
    windowMs?: number;
    /** One way, in milliseconds. */
    latency?: () => number;
  },
): { readonly fetch: Fetch; readonly counts: { sent: number; refused: number } } {
  const counts = { sent: 0, refused: 0 };
  const pass = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  const fetch: Fetch = async () => {
    counts.sent += 1;
    await pass(latency());
    const state = counting(clock.now());
    if (!state.isLet) counts.refused += 1;
    const {
      status = state.isLet ? 200 : 429,
      headers = {},
      body = {},
    } = announcement({ ...state, limit, windowMs });
    await pass(latency());
    return new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
  };
  return { fetch, counts };
}
