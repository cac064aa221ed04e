import { readErrorBody, snippetOf } from "./decode.js";
import { createStatusError, type StatusError } from "./errors.js";
import type { Operation } from "./operation.js";
import { own } from "./request.js";

/** Error bodies get this long, so that a stalled one does not hold back what the status tells already. */
const MAX_ERROR_BODY_MS = 5000;

/** The error that a response stands for. */
export async function statusErrorOf(
  operation: Operation,
  response: Response,
  retryAfterMs: number | undefined,
  limitMs: number,
  redact: (text: string) => string,
): Promise<StatusError> {
  const { status, headers } = response;
  const body = await readErrorBody(response, Math.min(limitMs, MAX_ERROR_BODY_MS));
  const requestId = requestIdOf(response);
  const { code, serverCode } = codesOf(operation, status, body);
  const detail = redact(detailOf(response, body));
  const suffix = requestId === undefined ? "" : ` [request ${requestId}]`;
  const message = `${operation.method} ${operation.path} answered ${status} (${serverCode ?? code})${detail && `: ${detail}`}${suffix}`;
  const facts = { code, serverCode, operationId: operation.id, requestId, retryAfterMs, headers, body };
  return createStatusError(status, message, facts);
}

/**
 * The error's code: the body's own when it is a text; a number says no more than the status, for which the spec may
 * name a code. The code of an undeclared status is not one that the operation's error type knows.
 */
function codesOf({ errorCodes = {} }: Operation, status: number, body: unknown): { code: string; serverCode?: string } {
  const error = own(body, "error");
  const named = [own(body, "code"), own(error, "code"), error].find(isCode);
  const declared = [`${status}`, `${Math.floor(status / 100)}XX`, "default"].find((key) => Object.hasOwn(errorCodes, key));
  if (declared === undefined) return { code: "unexpected_status", ...(named === undefined ? {} : { serverCode: named }) };
  return { code: named ?? (errorCodes[declared] || `http_${status}`) };
}

function isCode(value: unknown): value is string {
  return typeof value === "string" && /^[\w.:-]{1,64}$/.test(value);
}

/** What the server says about it, or what came instead of a word of it. */
function detailOf(response: Response, body: unknown): string {
  const error = own(body, "error");
  const texts = ["detail", "message", "title"].flatMap((name) => [own(body, name), own(error, name)]);
  const said = texts.find((candidate) => typeof candidate === "string");
  if (typeof said === "string") return snippetOf(said);
  if (response.type === "opaqueredirect" || Math.floor(response.status / 100) === 3) return "a redirect that is not followed";
  const type = response.headers.get("content-type") ?? "";
  if (typeof body !== "string" || body === "") return "";
  return /html|xml/.test(type) ? `a page (${snippetOf(type)}), perhaps from a proxy` : snippetOf(body);
}

/** The request's id in the usual headers: X-Request-Id, Request-Id, and those with a vendor's name in them. */
export function requestIdOf(response: Response): string | undefined {
  for (const [name, value] of response.headers) {
    if (/^(x-)?([a-z]+-)?request-?id$/.test(name)) return value.slice(0, 100);
  }
  return undefined;
}
