import type { Api, ErrorCatalogue } from "./api.js";
import { mediaTypeOf, readErrorBody, requestIdOf } from "./decode.js";
import { createStatusError, type StatusError } from "./errors.js";
import { harmless } from "./located.js";
import type { Operation } from "./operation.js";
import { codeIn, reasonIn } from "./reason.js";

import { parsedUrl } from "./urls.js";
/** What a server says in words fills no more of a message. */
const MAX_REASON = 300;

/** The error that a response stands for, from its status and its body. The call completes it. */
export async function statusErrorOf(
  api: Api,
  operation: Operation,
  response: Response,
): Promise<StatusError> {
  const { status, headers } = response;
  const body = await readErrorBody(response, api.redact);
  const catalogue = await api.errorCodes();
  const code = codeIn(body) ?? impliedCode(operation, response, catalogue);
  const { remedy } = (code !== undefined && Object.hasOwn(catalogue, code) && catalogue[code]) || {};
  const reason = harmless(reasonOf(response, body, code), MAX_REASON);
  const sentence = reason && remedy && !/[.!?…]$/.test(reason) ? `${reason}.` : reason;
  const text = [sentence, remedy].filter(Boolean).join(" ");
  return createStatusError(status, `answered ${status}${code ? ` (${code})` : ""}${text && `: ${text}`}`, {
    code,
    remedy,
    requestId: requestIdOf(response),
    retryAfterMs: api.retryAfterMs(response, body),
    headers,
    body,
  });
}

/**
 * The only code that there can be, where the body names none: the operation, or the whole catalogue, has a single one
 * for the status, and the response is of the media type that is declared for it.
 */
function impliedCode(
  { impliedCodes = {} }: Operation,
  response: Response,
  catalogue: ErrorCatalogue,
): string | undefined {
  const { status } = response;
  const type = mediaTypeOf(response);
  const implied = impliedCodes[status];
  if (implied) return implied.mediaTypes.includes(type) ? implied.code : undefined;
  const codes = Object.keys(catalogue).filter((code) => catalogue[code]?.status === status);
  return codes.length === 1 && type.endsWith("json") ? codes[0] : undefined;
}

/** What the server says about it, or what came instead of a word of it. */
function reasonOf(response: Response, body: unknown, code: string | undefined): string {
  if (response.type === "opaqueredirect") return "a redirect, and a browser does not tell where to";
  const location = response.headers.get("location") ?? "";
  const target = location && parsedUrl(location, response.url || undefined);
  // Its query may hold a secret.
  if (response.status < 400 && target) return `a redirect to ${target.origin}`;
  if (typeof body !== "string") return reasonIn(body, code);
  const type = mediaTypeOf(response);
  if (!/html|xml/.test(type) && !/^\s*</.test(body)) return body;
  // Of a page or a document, what it says of itself, else its text.
  const start = body.slice(0, 5000);
  const [, title] = /<(?:title|message|faultstring)\b[^>]*>([^<]+)/i.exec(start) ?? [];
  const text = (title ?? start.replace(/<(script|style)[^]*?<\/\1>|<[^>]*>?/gi, " ")).trim();
  return `${type || "a page"} came${text && `: ${text}`}`;
}
