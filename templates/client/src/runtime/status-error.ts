import { readErrorBody, snippetOf } from "./decode.js";
import { createStatusError, type StatusError } from "./errors.js";
import type { Operation } from "./operation.js";
import { own } from "./request.js";

/** The error that a response stands for, from its status and its body. */
export async function statusErrorOf(
  operation: Operation,
  response: Response,
  retryAfterMs: number | undefined,
  redact: (text: string) => string,
): Promise<StatusError> {
  const { method, path, id: operationId, errorCodes = {} } = operation;
  const { status, headers } = response;
  const body = await readErrorBody(response);
  const requestId = requestIdOf(response);
  const error = own(body, "error");
  const named = [own(body, "code"), own(error, "code"), error].find(isCode);
  // A number says no more than the status, for which the spec may name a code.
  const declared = errorCodes[status] ?? errorCodes[`${Math.floor(status / 100)}XX`] ?? errorCodes.default;
  // An undeclared status has a code that every operation's error type knows, whatever its body says.
  const isDeclared = declared !== undefined;
  const code = isDeclared ? named || declared || `http_${status}` : "unexpected_status";
  const detail = detailOf(response, body);
  const message = `${method} ${path} answered ${status} (${named ?? code})${detail && `: ${detail}`}`;
  const facts = {
    code,
    serverCode: isDeclared ? undefined : named,
    operationId,
    requestId,
    retryAfterMs,
    headers,
    body,
  };
  return createStatusError(status, redact(message), facts);
}

function isCode(value: unknown): value is string {
  return typeof value === "string" && /^[\w.:-]{1,64}$/.test(value);
}

/** What the server says about it, or what came instead of a word of it. */
function detailOf({ headers }: Response, body: unknown): string {
  const holders = [body, own(body, "error")];
  const texts = holders.flatMap((holder) => ["detail", "message", "title"].map((name) => own(holder, name)));
  const type = headers.get("content-type") ?? "";
  const said = [...texts, /html|xml/.test(type) ? `a page of ${type} came, perhaps from a proxy` : body];
  return snippetOf(said.find((text) => typeof text === "string") ?? "");
}

/** The request's id in the usual headers: X-Request-Id, Request-Id, and those with a vendor's name in them. */
export function requestIdOf({ headers }: Response): string | undefined {
  for (const [name, value] of headers) if (/request-?id$/.test(name)) return value;
  return undefined;
}
