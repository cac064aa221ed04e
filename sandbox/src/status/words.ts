import { TIMEOUT_MS } from "../deliveries/attempt.js";

const ERRORS: Readonly<Record<string, string>> = {
  timeout: `no answer within ${TIMEOUT_MS / 1000} seconds`,
  dns: "no such host name",
  tls: "no safe connection (TLS)",
  connect: "no connection, or not an allowed address",
  too_large: "the event is too large to send",
};

/** What came of an attempt to deliver, as people say it. */
export function outcomeOf({ status, error }: { status: number | null; error: string | null }): string {
  if (status !== null) return `answered ${status}`;
  return ERRORS[error ?? ""] ?? error ?? "delivered";
}

/** The reason that a waiting delivery carries from its last attempt. */
export function reasonOf(reason: string | null): string {
  const answered = /^http_status (\d+)$/.exec(reason ?? "");
  return outcomeOf({ status: answered ? Number(answered[1]) : null, error: reason ?? "not tried yet" });
}

/** A span as people say it, rounded up. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

export function timeOf(time: Date): string {
  return time.toISOString().slice(5, 19).replace("T", " ");
}
