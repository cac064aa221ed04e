import { isApiError } from "../../runtime/errors.js";

/** Codes of failures that leave nothing to the worker but to give the session up. */
const LOST = ["claim_not_active", "claim_not_found", "session_not_found"];

/** Whether the server says that the claim is no longer the worker's. */
export function isClaimLost(error: unknown): boolean {
  return isApiError(error) && LOST.includes(error.code ?? "");
}

/** Whether the server does not know the worker, which then registers again. */
export function isWorkerUnknown(error: unknown): boolean {
  return isApiError(error) && error.code === "worker_not_found";
}

/** Whether the same call may succeed later: the server or the token store is away, or the server is busy. */
export function isTemporary(error: unknown): boolean {
  if (!isApiError(error)) return false;
  const { code, status = 0 } = error;
  const codes = [
    "connection_failed",
    "timeout",
    "decode_failed",
    "rate_limit_wait",
    "idempotency_in_progress",
    "token_store_failed",
  ];
  return codes.includes(code ?? "") || status >= 500 || status === 429 || status === 408;
}
