import { readErrorBody } from "./decode.js";
import { toldDelayMs } from "./delay.js";
import type { DelaySource } from "./policy.js";
import { own } from "./objects.js";

const told = new WeakMap<Response, Promise<number | undefined>>();

/**
 * The delay that a response tells, in milliseconds: from its headers, else from the message in a copy of its body. None
 * at all is no leave to storm: then the backoff counts, as when nothing is told.
 */
export function delayOf(response: Response, sources: readonly DelaySource[]): Promise<number | undefined> {
  const known = told.get(response) ?? readDelay(response, sources).then((ms) => ms || undefined);
  told.set(response, known);
  return known;
}

async function readDelay(response: Response, sources: readonly DelaySource[]): Promise<number | undefined> {
  const { headers } = response;
  const refusal = { headers, receivedAt: Date.now() };
  const delay = toldDelayMs(
    refusal,
    sources.filter((source) => "header" in source),
  );
  if (delay !== undefined || sources.every((source) => "header" in source)) return delay;
  return toldDelayMs({ ...refusal, message: messageIn(await readErrorBody(response.clone())) }, sources);
}

/** The text in an error's body that may tell a delay. */
export function messageIn(body: unknown): string | undefined {
  const message = own(body, "message") ?? own(body, "detail") ?? own(own(body, "error"), "message");
  return typeof message === "string" ? message : undefined;
}
