const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A number and its unit: `90s`, `1.5 minutes`. */
const PART =
  "(\\d+(?:\\.\\d+)?)\\s*(ms|milli(?:second)?s?|s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?)(?![a-z])";

/** Some such parts in a row: `1m2s`, `1 minute and 2 seconds`. */
export const SPAN: string = `(?:${PART}[\\s,]*(?:and\\s+)?)+`;

/** A moment that is told as a number is near: no span of time is 50 years long, and none is told from the past. */
const NEAR_MS = 366 * UNITS_MS.d;

/**
 * Reads a span of time in milliseconds: a number, whose unit is seconds unless `unitMs` says otherwise; `1m2s`, `1 minute`,
 * `PT1M2S`; or a moment, as an HTTP date (RFC 9110, section 5.6.7), by ISO 8601, or in seconds or milliseconds since 1970.
 * Moments are compared with `now`; `NaN`: a number is none.
 */
export function readSpan(text: string, now: number, unitMs: number = UNITS_MS.s): number | undefined {
  const value = text.trim();
  if (/^\d+(\.\d+)?$/.test(value)) {
    const number = Number(value);
    for (const ms of [number, number * 1000]) if (Math.abs(ms - now) < NEAR_MS) return Math.max(0, ms - now);
    return number * unitMs;
  }
  const [, iso] = /^PT?((?:\d+(?:\.\d+)?[DHMS]T?)+)$/i.exec(value) ?? [];
  if (iso !== undefined || new RegExp(`^${SPAN}$`, "i").test(value))
    return spanOf(iso?.replace(/T/i, "") ?? value);
  const moment = momentOf(value);
  return moment === undefined ? undefined : Math.max(0, moment - now);
}

/** The sum of the parts. */
export function spanOf(text: string): number {
  let sum = 0;
  for (const [, number, unit = ""] of text.matchAll(new RegExp(PART, "gi"))) {
    const name = /^m(s|illi)/i.test(unit) ? "ms" : unit.slice(0, 1).toLowerCase();
    sum += Number(number) * (Object.entries(UNITS_MS).find(([key]) => key === name)?.[1] ?? 0);
  }
  return sum;
}

/** The unit that the name of a header or member ends with: `retry-after-ms`, `retryAfterMinutes`. */
export function unitOf(name: string): number {
  if (/(ms|millis|milliseconds)$/i.test(name)) return UNITS_MS.ms;
  if (/hours$/i.test(name)) return UNITS_MS.h;
  return /(min|mins|minutes)$/i.test(name) ? UNITS_MS.m : UNITS_MS.s;
}

/** `Date.parse` alone takes much that is no date. */
const MOMENT =
  /^([A-Z][a-z]{2,8}(, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} [\d:]{8} GMT| [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d))$/;

/** A moment in milliseconds since 1970. */
export function momentOf(value: string): number | undefined {
  const isNamed = /GMT$|T/.test(value) && !/^[A-Z][a-z]{2} /.test(value);
  const time = MOMENT.test(value) ? Date.parse(isNamed ? value : `${value} GMT`) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
