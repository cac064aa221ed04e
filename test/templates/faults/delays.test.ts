import { describe, expect, test } from "vitest";

import { call } from "../../../templates/client/src/runtime/call.js";
import type { ApiError } from "../../../templates/client/src/runtime/errors.js";
import type { RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { ApiPolicy } from "../../../templates/client/src/runtime/policy.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import { apiFor, failure, json, operation, serve } from "../../support/api-server.js";
import { SkippingClock } from "../../support/skipping-clock.js";
import { VirtualClock } from "../../support/virtual-clock.js";
import { eventually } from "../../support/until.js";

const BACKOFF_MS = 10;
const DAY = 24 * 60 * 60;
const policy: ApiPolicy = {
  windows: [{ name: "client", limit: 40, windowMs: 60_000 }],
  refusalStatus: 429,
  retry: {
    statuses: [429, 503],
    delay: [
      { header: "Retry-After" },
      { header: "RateLimit" },
      { message: "Retry in (?<seconds>\\d+) seconds" },
    ],
    backoff: { initialMs: BACKOFF_MS, maxMs: BACKOFF_MS, factor: 1, jitter: "none" },
    maxAttempts: 3,
  },
};

/** A refusal by its status, headers and body. */
type Refusal = readonly [headers: Record<string, string | string[]>, message?: unknown];

const NOW = Math.floor(Date.now() / 1000) * 1000;

/** An HTTP date, so many seconds from now by a clock that is so many hours off; a form of RFC 9110, section 5.6.7. */
function date(seconds: number, hoursOff = 0, form: "IMF" | "RFC 850" | "asctime" = "IMF"): string {
  const at = new Date(NOW + (hoursOff * 3600 + seconds) * 1000);
  const text = at.toUTCString();
  const [name = "", day = "", month = "", year = "", time = ""] = text.split(/,? /);
  const long = at.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
  if (form === "RFC 850") return `${long}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
  return form === "asctime" ? `${name} ${month} ${day.replace(/^0/, " ")} ${time} ${year}` : text;
}

/** A server that refuses the first request, and a call to it on a clock on which waiting takes no time. */
async function refuseOnce(status: number, [headers, body]: Refusal, options: ApiOptions, timeoutMs?: number) {
  const clock = new SkippingClock();
  const arrivals: number[] = [];
  const events: RuntimeEvent[] = [];
  const server = await serve((_request, response) => {
    arrivals.push(clock.now());
    if (arrivals.length > 1) return json(response, 200, {});
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    return json(response, status, body ?? {});
  });
  const onEvent = (event: RuntimeEvent): void => void events.push(event);
  const api = apiFor(server.url, { maxRetries: 2, clock, onEvent, ...options }, { policy });
  const result = await call<unknown, ApiError>(api, operation(), {}, { timeoutMs }).safe();
  return { api, arrivals, result, events };
}

const limiters: [name: string, options: ApiOptions][] = [
  ["with the limiter", { rateLimit: {} }],
  ["without it", { rateLimit: false }],
];

describe.each(limiters)("the delay on the wire, %s", (_limiter, options) => {
  const cases: [what: string, wantMs: number, refusal: Refusal][] = [
    ["seconds", 32_000, [{ "retry-after": "32" }]],
    ["seconds, many times the longest backoff", 900_000, [{ "retry-after": "900" }]],
    ["parts of a second", 1500, [{ "retry-after": "1.5" }]],
    ["seconds with spaces around", 7000, [{ "retry-after": "  7 " }]],
    ["a date by a clock an hour ahead", 30_000, [{ "retry-after": date(30, 1), date: date(0, 1) }]],
    ["a date by a clock an hour behind", 30_000, [{ "retry-after": date(30, -1), date: date(0, -1) }]],
    [
      "a date of RFC 850, an hour ahead",
      30_000,
      [{ "retry-after": date(30, 1, "RFC 850"), date: date(0, 1) }],
    ],
    [
      "a date of asctime, an hour behind",
      30_000,
      [{ "retry-after": date(30, -1, "asctime"), date: date(0, -1) }],
    ],
    ["RateLimit", 12_000, [{ ratelimit: '"server";r=0;t=12' }]],
    ["RateLimit in two lines", 90_000, [{ ratelimit: ['"server";r=0;t=12', '"day";r=0;t=90'] }]],
    [
      "RateLimit in two lines, one not used up",
      12_000,
      [{ ratelimit: ['"server";r=0;t=12', '"day";r=5;t=90'] }],
    ],
    [
      "RateLimit with all that the syntax allows",
      12_000,
      [{ ratelimit: '"a\\"b, c";pk=:Zm9vLw==:;x="t=99, ";r=0 ;t=12;y' }],
    ],
    ["Retry-After before RateLimit", 7000, [{ "retry-after": "7", ratelimit: '"server";r=0;t=12' }]],
    [
      "RateLimit before the message",
      12_000,
      [{ ratelimit: '"server";r=0;t=12' }, { message: "Retry in 3 seconds." }],
    ],
    [
      "RateLimit after a Retry-After that says nothing",
      12_000,
      [{ "retry-after": "soon", ratelimit: '"server";r=0;t=12' }],
    ],
    ["the message", 32_000, [{}, { code: 429, message: "Too many requests. Retry in 32 seconds." }]],
    ["the message of a problem", 32_000, [{}, { detail: "Retry in 32 seconds." }]],
    ["the message in an error", 32_000, [{}, { error: { message: "Retry in 32 seconds." } }]],
    ["nonsense", BACKOFF_MS, [{ "retry-after": "soon" }]],
    ["a negative number", BACKOFF_MS, [{ "retry-after": "-5" }]],
    ["nothing", BACKOFF_MS, [{ "retry-after": "" }]],
    ["zero, which is no leave to storm", BACKOFF_MS, [{ "retry-after": "0" }]],
    ["a date that is over", BACKOFF_MS, [{ "retry-after": date(-60) }]],
    ["RateLimit without a time", BACKOFF_MS, [{ ratelimit: '"server";r=0' }]],
    ["RateLimit that is malformed", BACKOFF_MS, [{ ratelimit: '"server";"x";r=0;t=12' }]],
    ["a message that tells none", BACKOFF_MS, [{}, { message: "Slow down." }]],
    ["a message that is no text", BACKOFF_MS, [{}, { message: { text: "Retry in 32 seconds" } }]],
  ];
  describe.each([429, 503])("of a %i", (status) => {
    test.each(cases)("%s", async (_what, wantMs, refusal) => {
      const { arrivals, result, events } = await refuseOnce(status, refusal, options);
      expect(result.ok).toBe(true);
      expect(arrivals).toHaveLength(2);
      expect(arrivals[1]).toBeGreaterThanOrEqual(wantMs);
      // A server's clock counts whole seconds; its date may be one ahead of the one that is compared.
      expect(arrivals[1]).toBeLessThanOrEqual(wantMs + 1000);
      expect(events.find(({ type }) => type === "retry")).toMatchObject({ reason: status });
    });

    const tooLong: [what: string, wantMs: number, refusal: Refusal][] = [
      ["a day", DAY * 1000, [{ "retry-after": String(DAY) }]],
      ["more than a timer holds", 2 ** 31 * 1000, [{ "retry-after": String(2 ** 31) }]],
      ["10^12 seconds", 1e15, [{ "retry-after": "1000000000000" }]],
      ["more than a number holds", Number.MAX_SAFE_INTEGER, [{ "retry-after": "9".repeat(400) }]],
      ["a date in another life", 3e12, [{ "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" }]],
      ["a RateLimit of 10^12 seconds", 1e15, [{ ratelimit: '"server";r=0;t=1000000000000' }]],
      ["a message of a year", 365 * DAY * 1000, [{}, { message: `Retry in ${365 * DAY} seconds.` }]],
    ];
    test.each(tooLong)("%s: fails at once, and says it", async (_what, wantMs, refusal) => {
      const { arrivals, result } = await refuseOnce(status, refusal, options);
      expect(arrivals).toHaveLength(1);
      if (result.ok) throw new Error("The call did not fail.");
      expect(result.error).toMatchObject({ status, name: status === 429 ? "RateLimitError" : "ServerError" });
      const { retryAfterMs = 0 } = result.error;
      // An epoch is read for what it is: a moment.
      if (wantMs >= 2 ** 31 * 1000) expect(retryAfterMs).toBeGreaterThan(wantMs / 10);
      else expect(retryAfterMs).toBe(wantMs);
      expect(Number.isSafeInteger(retryAfterMs)).toBe(true);
    });

    test("longer than the call has: fails at once, and says it", async () => {
      const { arrivals, result } = await refuseOnce(status, [{ "retry-after": "30" }], options, 20_000);
      expect(arrivals).toHaveLength(1);
      expect(result).toMatchObject({ ok: false, error: { status, retryAfterMs: 30_000 } });
    });
  });
});
describe("a pause that no caller would wait for", () => {
  test("fails those who queue and those who come, with a typed error, and sends nothing", async () => {
    const clock = new VirtualClock();
    let refuse = (): void => {};
    const server = await serve((_request, response) => {
      refuse = () => json(response, 429, {}, { "retry-after": "1000000000000" });
    });
    const windows = [{ name: "client", limit: 1, windowMs: 60_000 }];
    const api = apiFor(server.url, { maxRetries: 2, clock, rateLimit: { windows } }, { policy });
    const first = failure(call(api, operation(), {}));
    const queued = failure(call(api, operation(), {}));
    await eventually(() => expect(server.received).toHaveLength(1));
    refuse();
    expect(await first).toMatchObject({ name: "RateLimitError" });
    expect(await queued).toMatchObject({ name: "RateLimitWaitError" });
    const later = await failure(call(api, operation(), {}));
    expect(later).toMatchObject({ name: "RateLimitWaitError" });
    expect(later.retryAfterMs).toBeGreaterThan(DAY * 1000);
    expect(server.received).toHaveLength(1);
  });

  test("of half a minute, fails at once those who have less time", async () => {
    const clock = new VirtualClock();
    const server = await serve((_request, response) => json(response, 429, {}, { "retry-after": "30" }));
    const api = apiFor(server.url, { clock, rateLimit: {} }, { policy });
    await failure(call(api, operation(), {}));
    const late = await failure(call(api, operation(), {}, { timeoutMs: 20_000 }));
    expect(late).toMatchObject({ name: "RateLimitWaitError", retryAfterMs: 30_000 });
    expect(server.received).toHaveLength(1);
  });
});
