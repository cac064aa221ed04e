import type { Api } from "./api.js";
import type { EncodedBody } from "./codecs.js";
import { isApiError, RequestError } from "./errors.js";
import type { OutgoingRequest } from "./layer.js";
import { own } from "./objects.js";
import type { Operation } from "./operation.js";
import type { CallOptions } from "./options.js";
import { headerValue, writeAll, writePath } from "./parameters.js";
import { baseUrlOf } from "./urls.js";

/** What an operation's function gathers from its arguments. */
export interface CallInput {
  readonly path?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
  /** In place of path and query: where a page's link leads. */
  readonly url?: string | undefined;
}

/** The options of single operations, besides those that all have. */
export interface SendOptions extends CallOptions {
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly cookies?: object | undefined;
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
}

/**
 * Makes the request of a call.
 *
 * @throws RequestError for values that cannot be sent, by the name of the parameter and without the value.
 */
export function buildRequest(
  api: Api,
  operation: Operation,
  input: CallInput,
  options: SendOptions,
): OutgoingRequest {
  const { method, idempotencyHeader } = operation;
  checkOptions(operation, input.query, options);
  if (method === "TRACE") throw new RequestError("is TRACE, which fetch does not send");
  try {
    const headers = headersOf(operation, options);
    const content = input.body === undefined ? options.body : input.body;
    const encoded = content === undefined ? undefined : encodeBody(operation, content, options);
    if (encoded?.contentType) headers["content-type"] = encoded.contentType;
    if (idempotencyHeader) {
      const name = idempotencyHeader.toLowerCase();
      headers[name] = headerValue(name, options.idempotencyKey ?? headers[name] ?? randomKey());
    }
    const url = input.url === undefined ? urlOf(api, operation, input, options) : new URL(input.url).href;
    return { method, url, headers, body: encoded?.body ?? null };
  } catch (error) {
    // What the platform throws may quote a value.
    throw isApiError(error) ? error : new RequestError("the body cannot be written; is it circular?");
  }
}

/** The options of calls, each with the type that it has; `any`: checked elsewhere, or by the platform. */
const OPTIONS: Readonly<Record<string, "number" | "string" | "any">> = {
  signal: "any",
  timeoutMs: "number",
  attemptTimeoutMs: "number",
  maxRetries: "number",
  priority: "number",
  idempotencyKey: "string",
  headers: "any",
  cache: "any",
  fetchOptions: "any",
  query: "any",
  body: "any",
  cookies: "any",
  contentType: "string",
  accept: "string",
};

/** Refuses by name what JavaScript lets through: unknown options, those of a wrong type, and options in a query. */
function checkOptions(operation: Operation, query: object | undefined, options: SendOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : operation.defaults?.includes(name) && "any";
    if (value === undefined) continue;
    if (!type)
      throw new RequestError(`has no option "${name}"; there are ${Object.keys(OPTIONS).join(", ")}`);
    if (type !== "any" && typeof value !== type)
      throw new RequestError(`the option ${name} must be a ${type}`);
    if (type === "number" && !(Number(value) >= 0) && name !== "priority")
      throw new RequestError(`the option ${name} must be 0 or more`);
  }
  const { query: declared, pagination } = operation;
  for (const name of Object.keys(query ?? {})) {
    // Operations without query parameters have no list of them.
    const isKnown = declared
      ? declared.includes(name) || name === pagination?.parameter
      : !Object.hasOwn(OPTIONS, name);
    if (!isKnown)
      throw new RequestError(`has no query parameter "${name}"; options come in the argument after it`);
  }
}

function urlOf(api: Api, operation: Operation, input: CallInput, options: SendOptions): string {
  const { server } = operation;
  const base = server === undefined ? api.baseUrl : baseUrlOf(new URL(server, api.baseUrl));
  const path = writePath(
    operation,
    (name) => own(input.path, name) ?? own(options, name) ?? own(api.defaults, name),
  );
  const [url = ""] = (base + path).split("#");
  const query = writeAll(operation, "query", { ...input.query, ...options.query });
  return query.reduce((start, [, pair]) => `${start}${start.includes("?") ? "&" : "?"}${pair}`, url);
}

function encodeBody(
  { method, body = {} }: Operation,
  value: unknown,
  { contentType }: SendOptions,
): EncodedBody {
  // A file knows its own type, which counts where the operation takes it.
  const fileType = value instanceof Blob && Object.hasOwn(body, value.type) ? value.type : undefined;
  const wanted = contentType ?? fileType;
  const found = Object.entries(body).find(([type]) => type === (wanted ?? type));
  if (!found || /^(GET|HEAD)$/.test(method)) throw new RequestError("takes no such body");
  return found[1](value, found[0]);
}

function randomKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function headersOf(operation: Operation, options: SendOptions): Record<string, string> {
  const headers: Record<string, string> = {
    accept: options.accept ?? operation.accept?.[0] ?? "application/json",
  };
  for (const [name, value] of writeAll(operation, "header", options.headers)) {
    headers[name.toLowerCase()] = headerValue(name, value);
  }
  const cookies = writeAll(operation, "cookie", options.cookies).map(([, pair]) =>
    pair.replaceAll("&", "; "),
  );
  if (cookies[0]) headers["cookie"] = cookies.join("; ");
  return headers;
}
