import { lookup } from "node:dns";
import { request as requestHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { performance } from "node:perf_hooks";

import { isAllowedAddress, isAllowedTarget } from "./target.js";

/** Why an attempt failed, by the names of the API. */
export type SendError = "timeout" | "dns" | "tls" | "connect" | "http_status" | "too_large";

/** What came of an attempt. */
export interface Outcome {
  readonly delivered: boolean;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly error: SendError | null;
  readonly latencyMs: number;
}

export interface Shipment {
  readonly method: "POST" | "HEAD";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SendOptions {
  /** Whether receivers may be on the own machine or network, and without TLS. */
  readonly allowLocal: boolean;
  /** In real milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Sends one request to a receiver and tells what came of it; never throws. Redirects are not followed, and names that
 * lead to addresses that are not allowed are not connected to, whatever they led to before.
 */
export async function send(shipment: Shipment, options: SendOptions): Promise<Outcome> {
  const start = performance.now();
  const latencyMs = (): number => Math.round(performance.now() - start);
  if (!isAllowedTarget(shipment.url, options.allowLocal)) {
    return { delivered: false, status: null, error: "connect", latencyMs: 0 };
  }
  try {
    const status = await statusOf(shipment, options);
    const delivered = status >= 200 && status < 300;
    return { delivered, status, error: delivered ? null : "http_status", latencyMs: latencyMs() };
  } catch (error) {
    return { delivered: false, status: null, error: kindOf(error), latencyMs: latencyMs() };
  }
}

function statusOf({ method, url, headers, body }: Shipment, options: SendOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const open = url.startsWith("https:") ? requestHttps : requestHttp;
    const lookupSafely = lookupFor(options.allowLocal);
    const request: ClientRequest = open(url, { method, headers, agent: false, lookup: lookupSafely });
    // An answer that lies ready is read first: when this process was busy, that is no fault of the receiver.
    const timer = setTimeout(
      () => setImmediate(() => request.destroy(new TimeoutError())),
      options.timeoutMs,
    );
    request.on("error", reject);
    request.on("close", () => {
      clearTimeout(timer);
      // Of an answer that asks for another protocol nothing else is told.
      reject(new Error("The receiver gave no answer."));
    });
    request.on("response", (response: IncomingMessage) => {
      resolve(response.statusCode ?? 0);
      // What the receiver says is of no interest; the deadline also ends an answer that never does.
      response.on("error", () => {});
      response.resume();
    });
    request.end(body);
  });
}

class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** Looks names up as usual, and refuses those that lead to an address that is not allowed. */
function lookupFor(allowLocal: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) callback(error, "", 0);
      else if (addresses.some(({ address }) => !isAllowedAddress(address, allowLocal))) {
        callback(new Error("The name leads to an address that is not allowed."), "", 0);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function kindOf(error: unknown): SendError {
  if (!(error instanceof Error)) return "connect";
  if (error instanceof TimeoutError) return "timeout";
  const code = "code" in error ? String(error.code) : "";
  if ("syscall" in error && error.syscall === "getaddrinfo") return "dns";
  return /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO)/.test(code) ? "tls" : "connect";
}
