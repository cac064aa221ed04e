const UNITS = { D: 86_400_000, H: 3_600_000, M: 60_000, S: 1000 } as const;

/** The milliseconds of an ISO 8601 duration of days and smaller units, such as `PT15M`; `undefined` if it is none. */
export function millisecondsOf(duration: unknown): number | undefined {
  if (typeof duration !== "string") return undefined;
  const match = /^P(?:(?<D>\d+)D)?(?:T(?:(?<H>\d+)H)?(?:(?<M>\d+)M)?(?:(?<S>\d+(?:\.\d+)?)S)?)?$/.exec(
    duration,
  );
  if (!match?.groups || !/\d/.test(duration)) return undefined;
  let total = 0;
  for (const [unit, factor] of Object.entries(UNITS)) total += Number(match.groups[unit] ?? 0) * factor;
  return Math.round(total);
}
