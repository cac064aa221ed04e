// The database tells moments in a form of which `Date` takes the years before 100 for those of our time.
const EARLIEST = Date.parse("0100-01-01T00:00:00.000Z");
const LATEST = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * The moment that a date-time of a request names, which is valid already. A leap second, which `Date` does not know, is
 * the second after it; what is beyond the years that can be kept and told is the nearest moment within.
 */
export function momentOf(text: string): Date {
  const [, toMinute, rest] = /^(.{11}\d\d:\d\d:)60(.*)$/.exec(text) ?? [];
  const time = rest === undefined ? Date.parse(text) : Date.parse(`${toMinute}59${rest}`) + 1000;
  return nearest(new Date(time));
}

/** The nearest moment that can be kept and told: in the years 100 to 9999. */
export function nearest(moment: Date): Date {
  return new Date(Math.min(Math.max(moment.getTime(), EARLIEST), LATEST));
}
