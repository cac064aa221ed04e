import type { Api } from "./api.js";
import { isApiError, RequestError } from "./errors.js";
import type { Operation } from "./operation.js";
import type { CallOptions } from "./options.js";
import { headerValue, writeAll, writePath } from "./parameters.js";

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
  readonly cookies?: object | undefined;
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
}

/** A request, and what its rings have to know. */
export interface BuiltRequest {
  readonly request: Request;
  readonly idempotencyKey?: string | undefined;
  readonly replayable: boolean;
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
): BuiltRequest {
  const { method, path, id: operationId, idempotencyHeader } = operation;
  try {
    const headers = headersOf(operation, options);
    const body = input.body === undefined ? undefined : encodeBody(operation, input.body, options);
    if (body) headers.set("content-type", body.contentType);
    let idempotencyKey = options.idempotencyKey;
    if (idempotencyHeader) {
      idempotencyKey ??=
        headers.get(idempotencyHeader) ?? [...crypto.getRandomValues(new Uint32Array(4))].join("-");
      headers.set(idempotencyHeader, headerValue(idempotencyHeader, idempotencyKey));
    }
    const replayable = body?.isReplayable !== false;
    const init = { method, headers, body: body?.body ?? null, ...(replayable ? {} : { duplex: "half" }) };
    const request = new Request(input.url ?? urlOf(api, operation, input, options), init);
    return { request, replayable, idempotencyKey: idempotencyHeader && idempotencyKey };
  } catch (error) {
    // What the platform throws may quote a value.
    const problem = isApiError(error) ? error.message : "cannot be written as a request";
    throw new RequestError(`${method} ${path}: ${problem}`, { operationId });
  }
}

function urlOf(api: Api, operation: Operation, input: CallInput, options: SendOptions): string {
  const server =
    operation.server === undefined ? api.baseUrl : baseUrlOf(new URL(operation.server, api.baseUrl));
  const path = writePath(
    operation,
    (name) => own(input.path, name) ?? own(options, name) ?? own(api.defaults, name),
  );
  const query = [
    ...writeAll(operation, "query", input.query),
    ...writeAll(operation, "query", options.query),
  ];
  const url = server + path.replace(/#.*/, "");
  return query.length > 0
    ? url + (url.includes("?") ? "&" : "?") + query.map(([, pair]) => pair).join("&")
    : url;
}

/** A base URL to which a path can be added. */
export function baseUrlOf({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/+$/, "");
}

function encodeBody(
  { method, body = {} }: Operation,
  value: unknown,
  { contentType }: SendOptions,
): ReturnType<Encoder> {
  const found = Object.entries(body).find(([type]) => type === (contentType ?? type));
  if (!found || method === "GET" || method === "HEAD") throw new RequestError("has no body of this type");
  return found[1](value, found[0]);
}

type Encoder = NonNullable<Operation["body"]>[string];

function headersOf(operation: Operation, options: SendOptions): Headers {
  const headers = new Headers({ accept: options.accept ?? operation.accept?.[0] ?? "application/json" });
  for (const [name, value] of writeAll(operation, "header", options.headers)) {
    headers.set(name, headerValue(name, value));
  }
  const cookies = writeAll(operation, "cookie", options.cookies).map(([, pair]) =>
    pair.replaceAll("&", "; "),
  );
  if (cookies[0]) headers.set("cookie", cookies.join("; "));
  return headers;
}

/** A member that is the object's own: names come from specs and servers, and `constructor` is one. */
export function own(holder: unknown, name: string): unknown {
  return holder instanceof Object && Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;
}
