import type { Api } from "./api.js";
import { mismatchOf, readErrorBody, requestIdOf } from "./decode.js";
import { createStatusError, type StatusError } from "./errors.js";
import type { Operation } from "./operation.js";
import { messageIn } from "./refusal.js";
import { own } from "./objects.js";

/** The error that a response stands for, from its status and its body. */
export async function statusErrorOf(
  api: Api,
  operation: Operation,
  response: Response,
  unrepeated: string | undefined,
): Promise<StatusError> {
  const { method, path, id: operationId, errorCodes = {} } = operation;
  const { status, headers } = response;
  const body = await readErrorBody(response);
  const error = own(body, "error");
  const named = [own(body, "code"), own(error, "code"), error].find(isCode);
  // A number says no more than the status, for which the spec may name a code.
  const declared = errorCodes[status] ?? errorCodes[`${Math.floor(status / 100)}XX`] ?? errorCodes["default"];
  // An undeclared status has a code that every operation's error type knows, whatever its body says.
  const isKnown = declared !== undefined;
  const code = isKnown ? named || declared || `http_${status}` : "unexpected_status";
  const requestId = requestIdOf(response);
  const detail = detailOf(response, body);
  const remark = unrepeated ? `, ${unrepeated}` : "";
  const message = `${method} ${path} answered ${status} (${named ?? code})${remark}${detail && `: ${detail}`}`;
  return createStatusError(status, api.redact(message), {
    code: api.redact(code),
    serverCode: isKnown ? undefined : named && api.redact(named),
    operationId,
    requestId: requestId && api.redact(requestId),
    retryAfterMs: api.retryAfterMs(response, messageIn(body)),
    headers,
    body,
  });
}

function isCode(value: unknown): value is string {
  return typeof value === "string" && /^[\w.:-]{1,64}$/.test(value);
}

/** What the server says about it, or what came instead of a word of it. */
function detailOf(response: Response, body: unknown): string {
  if (response.type === "opaqueredirect") return "a redirect, and a browser does not tell where to";
  for (const holder of [body, own(body, "error")]) {
    for (const name of ["detail", "message", "title"]) {
      const text = own(holder, name);
      if (typeof text === "string") return text;
    }
  }
  const location = response.headers.get("location") ?? "";
  // Its query may hold a secret.
  if (URL.canParse(location)) return `a redirect to ${new URL(location).origin}`;
  return typeof body === "string" && body ? mismatchOf(response, body) : "";
}
