import type { Layer } from "@workspace-api/server";

import type { RequestContext } from "./request-context.js";

/** So many seconds are callers told to wait. */
export const PATIENCE_SECONDS = 1;

/**
 * What the system and PostgreSQL say of a connection that cannot be made, is lost, or is one too many, and of a statement
 * that took too long or that nobody waits for any more.
 */
const CODES =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08[0-9A-Z]{3}|57P0[123]|57014|25P03|53300)$/;
/** The same without a code, by the driver. */
const MESSAGES =
  /^Connection terminated|^timeout exceeded when trying to connect|connection error and is not queryable/;

/** Whether something failed because the database or the file store is away, rather than for what was asked of it. */
export function isOutage(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && CODES.test(String(cause.code))) return true;
    if (MESSAGES.test(cause.message)) return true;
  }
  return false;
}

/** Tells callers to come again where a layer, or what is below it, fails for an outage. */
export function retriable(
  layer: Layer<RequestContext>,
  onOutage: (error: unknown) => void,
): Layer<RequestContext> {
  return async (call, next) => {
    try {
      return await layer(call, next);
    } catch (error) {
      if (!isOutage(error)) throw error;
      onOutage(error);
      const message = `The service is away for a moment. Retry in ${PATIENCE_SECONDS} seconds.`;
      throw call.fail("unavailable", message, { headers: { "Retry-After": String(PATIENCE_SECONDS) } });
    }
  };
}
