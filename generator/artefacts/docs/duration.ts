const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** A span of time for people, in the largest unit that divides it: `900000` is `15 minutes`. */
export function duration(milliseconds: number): string {
  for (const [name, size] of UNITS) {
    if (milliseconds >= size && milliseconds % size === 0) {
      const count = milliseconds / size;
      return `${count} ${name}${count === 1 ? "" : "s"}`;
    }
  }
  return `${milliseconds} ms`;
}
