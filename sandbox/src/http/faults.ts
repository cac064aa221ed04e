import { Failure, type Layer } from "@workspace-api/server";

import type { RequestContext } from "./request-context.js";

/** A fault that a request asks for by `X-Sandbox-Fault`, such as `429;retry=3`, `500`, `latency=500` or `drop;after`. */
export interface Fault {
  readonly status?: number;
  /** For 429 and 503: the seconds that the answer tells to wait. */
  readonly retry: number;
  /** Milliseconds to wait first. */
  readonly latency: number;
  /** Whether the connection ends without an answer. */
  readonly drop: boolean;
  /** Whether the request is carried out first, so that only its answer is lost. */
  readonly after: boolean;
}

const HEADER = "x-sandbox-fault";
const CODES = { 429: "rate_limited", 500: "internal_error", 503: "unavailable" } as const;
const MAX_LATENCY_MS = 60_000;

/** Responses that must never reach the caller. */
const dropped = new WeakSet<Response>();

export function isDropped(response: Response): boolean {
  return dropped.has(response);
}

/** Lets callers see how they bear faults. */
export const faultInjection: Layer<RequestContext> = async (call, next) => {
  const text = call.request.headers.get(HEADER);
  if (text === null) return next();
  const fault = parseFault(text);
  if (!fault) {
    throw call.fail("invalid_parameter", "X-Sandbox-Fault: not a fault that the sandbox knows.", {
      errors: [
        {
          pointer: "/header/X-Sandbox-Fault",
          code: "format",
          message: "Send `429;retry=3`, `500`, `503;retry=3`, `latency=500`, `drop`, or these with `;after`.",
        },
      ],
    });
  }
  if (fault.latency > 0) await call.context.pause(fault.latency, call.request.signal);
  const isFailing = fault.drop || fault.status !== undefined;
  if (!isFailing) return next();
  if (fault.after) await next();
  if (fault.drop) {
    const unseen = call.respond(new Failure("internal_error"));
    dropped.add(unseen);
    return unseen;
  }
  const { status, retry } = fault;
  const code = Object.hasOwn(CODES, String(status)) ? CODES[status as keyof typeof CODES] : "internal_error";
  const isWait = code !== "internal_error";
  throw call.fail(
    code,
    isWait ? `As asked by X-Sandbox-Fault. Retry in ${retry} seconds.` : "As asked by X-Sandbox-Fault.",
    {
      headers: isWait ? { "Retry-After": String(retry) } : {},
    },
  );
};

/** Reads the header; `undefined` when it makes no sense. */
export function parseFault(text: string): Fault | undefined {
  const fault = { retry: 1, latency: 0, drop: false, after: false } as {
    -readonly [Name in keyof Fault]: Fault[Name];
  };
  for (const part of text.split(";").map((piece) => piece.trim())) {
    const [name, value] = part.split("=");
    const number = /^\d{1,6}$/.test(value ?? "") ? Number(value) : undefined;
    if (name === "drop" && value === undefined) fault.drop = true;
    else if (name === "after" && value === undefined) fault.after = true;
    else if (name !== undefined && Object.hasOwn(CODES, name) && value === undefined)
      fault.status = Number(name);
    else if (name === "retry" && number !== undefined && number > 0) fault.retry = number;
    else if (name === "latency" && number !== undefined && number <= MAX_LATENCY_MS) fault.latency = number;
    else return undefined;
  }
  return fault;
}
