import { isApiError, type RuntimeEvent } from "../src/runtime/index.js";

/** A logger in the manner of pino or winston: fields, then a message. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * Logs what a client does: give it as `onEvent`. Events hold no secrets, and errors show none.
 *
 * @example
 * new Client({ onEvent: logEvents(pino()) });
 */
export function logEvents(logger: Logger): (event: RuntimeEvent) => void {
  return (event) => {
    const { type, ...fields } = event;
    if (event.type === "store") return logger.warn(fields, `rate-limit store: ${event.state}`);
    const message = `${event.method} ${event.path}: ${type}`;
    if (type === "response") return logger.info(fields, message);
    // What the caller has aborted is no trouble; what slows calls down may become one.
    const isAborted = event.type === "error" && isApiError(event.error) && event.error.code === "aborted";
    const isTrouble = /^(error|retry|pause|notice)$/.test(type) && !isAborted;
    logger[isTrouble ? "warn" : "debug"](fields, message);
  };
}
