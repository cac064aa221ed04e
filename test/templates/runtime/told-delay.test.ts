import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { backoffMs } from "../../../templates/client/src/runtime/backoff.js";
import { readRateLimit } from "../../../templates/client/src/runtime/rate-limit-fields.js";
import { toldDelayMs } from "../../../templates/client/src/runtime/told-delay.js";

const NOW = Date.parse("2026-11-24T10:00:00Z");
const SOURCES = [
  { header: "Retry-After" },
  { header: "RateLimit" },
  { message: "Retry in (?<seconds>\\d+) seconds" },
];

function told(headers: Record<string, string>, message?: string): number | undefined {
  return toldDelayMs({ headers: new Headers(headers), body: { message }, receivedAt: NOW }, SOURCES);
}

describe("the delay that a refusal tells", () => {
  const cases: [
    what: string,
    headers: Record<string, string>,
    message: string | undefined,
    want: number | undefined,
  ][] = [
    ["seconds", { "retry-after": "32" }, undefined, 32_000],
    ["no time at all", { "retry-after": "0" }, undefined, 0],
    ["parts of a second", { "retry-after": "1.5" }, undefined, 1500],
    [
      "a date, by the server's own clock",
      { "retry-after": "Tue, 24 Nov 2026 11:00:30 GMT", date: "Tue, 24 Nov 2026 11:00:00 GMT" },
      undefined,
      30_000,
    ],
    ["a date, without that clock", { "retry-after": "Tue, 24 Nov 2026 10:00:30 GMT" }, undefined, 30_000],
    ["a date of RFC 850", { "retry-after": "Tuesday, 24-Nov-26 10:00:30 GMT" }, undefined, 30_000],
    ["a date of asctime", { "retry-after": "Tue Nov 24 10:00:30 2026" }, undefined, 30_000],
    ["a date that is over", { "retry-after": "Tue, 24 Nov 2026 09:00:00 GMT" }, undefined, 0],
    ["a moment in place of a span", { "retry-after": String(NOW / 1000 + 5) }, undefined, 5000],
    ["a negative number: nothing", { "retry-after": "-5" }, undefined, undefined],
    ["an ISO date", { "retry-after": "2026-11-24T10:00:30Z" }, undefined, 30_000],
    ["nonsense: nothing", { "retry-after": "soon" }, undefined, undefined],
    ["an empty field: nothing", { "retry-after": "" }, undefined, undefined],
    ["RateLimit, when it is used up", { ratelimit: '"burst";r=0;t=12' }, undefined, 12_000],
    [
      "RateLimit, the longest of several",
      { ratelimit: '"burst";r=0;t=12, "day";r=0;t=90' },
      undefined,
      90_000,
    ],
    ["RateLimit with places left: nothing", { ratelimit: '"burst";r=3;t=12' }, undefined, undefined],
    ["the message", {}, "Too many requests. Retry in 32 seconds.", 32_000],
    ["the header before the message", { "retry-after": "7" }, "Retry in 32 seconds.", 7000],
    ["a message that tells none", {}, "Too many requests.", undefined],
  ];
  it.each(cases)("%s", (_, headers, message, want) => {
    expect(told(headers, message)).toBe(want);
  });

  it("is never negative, nor no number", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (header, message) => {
        const value = header.replace(/[^\x20-\x7e]/g, "");
        const delay = told({ "retry-after": value }, message) ?? 0;
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(delay)).toBe(true);
      }),
    );
  });
});

describe("the RateLimit fields", () => {
  const cases: [field: string, policy: string, want: object[]][] = [
    ['"burst";r=50;t=30', "", [{ name: "burst", remaining: 50, resetMs: 30_000 }]],
    ["burst;r=50", "", [{ name: "burst", remaining: 50 }]],
    ["burst; r=50; t=1", "", [{ name: "burst", remaining: 50, resetMs: 1000 }]],
    [
      '"a";r=1;x=9, "b, c";pk=:cGs=:;r=2;t=3',
      "",
      [
        { name: "a", remaining: 1 },
        { name: "b, c", remaining: 2, resetMs: 3000 },
      ],
    ],
    [
      '"a";r=1, "b";r=2',
      '"b";q=100;qu="requests";w=60, "a";q=7',
      [
        { name: "a", remaining: 1 },
        { name: "b", remaining: 2, limit: 100, windowMs: 60_000 },
      ],
    ],
    ['"a";r=1', '"fixed window";"api";q=500;w=300', [{ name: "a", remaining: 1 }]],
    ['"fixed window";"api";q=500;w=300', "", []],
    ['"a";t=3', "", []],
    ['"a";r=-1', "", []],
    ['"a";r=1,', "", []],
    ['"a', "", []],
    ["limit=10, remaining=3", "", [{ name: "default", limit: 10, remaining: 3 }]],
    ['"a;r=1, \\"b\\\\";x="r=2;t=3,";r=4;t=5', "", [{ name: 'a;r=1, "b\\', remaining: 4, resetMs: 5000 }]],
    [
      '"a" ; r=1; pk=:QUI=: ;ok , b;r=2',
      "",
      [
        { name: "a", remaining: 1 },
        { name: "b", remaining: 2 },
      ],
    ],
  ];
  it.each(cases)("%s / %s", (field, policy, want) => {
    expect(readRateLimit(new Headers({ ratelimit: field, "ratelimit-policy": policy }))).toEqual(want);
  });
});

describe("the backoff when nothing is told", () => {
  const backoff = { initialMs: 500, maxMs: 30_000, factor: 2, jitter: "full" } as const;

  it("doubles, up to its ceiling", () => {
    const ceilings = [1, 2, 3, 4, 8, 20].map((retry) => backoffMs({ ...backoff, jitter: "none" }, retry));
    expect(ceilings).toEqual([500, 1000, 2000, 4000, 30_000, 30_000]);
  });

  it("is anything up to that, so that callers spread", () => {
    expect(backoffMs(backoff, 3, () => 0)).toBe(0);
    expect(backoffMs(backoff, 3, () => 0.5)).toBe(1000);
  });
});
