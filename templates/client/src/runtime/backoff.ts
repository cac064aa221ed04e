import type { Backoff } from "./policy.js";

/** The delay before a repetition when the server tells none: exponential, with full jitter so that callers spread. */
export function backoffMs(
  { initialMs, maxMs, factor, jitter }: Backoff,
  retry: number,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(maxMs, initialMs * factor ** (retry - 1));
  return jitter === "full" ? random() * ceiling : ceiling;
}
