import { closest, distance } from "fastest-levenshtein";

/** The name most like the one that was not found, if any is much like it. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = closest(name, candidates);
  return distance(name, best) <= Math.max(2, name.length / 3) ? best : undefined;
}
