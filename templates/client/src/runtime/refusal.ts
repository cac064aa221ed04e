import type { ApiPolicy } from "./policy.js";
import type { RateLimitState } from "./rate-limit-fields.js";

/**
 * Whether a response says that there were too many requests: in a form that the spec states, by 429 (RFC 6585), or as
 * GitHub does, by a 403 with nothing left or with a Retry-After.
 */
export function isRefusal(
  { status, headers }: Response,
  states: readonly RateLimitState[],
  { refusalStatus, refusals = [] }: ApiPolicy,
): boolean {
  if (status === refusalStatus || status === 429) return true;
  if (status === 403 && (headers.has("retry-after") || states.some(({ remaining }) => remaining === 0)))
    return true;
  return refusals.some(
    (form) => form.status === status && (!form.header || headers.get(form.header)?.trim() === form.value),
  );
}
