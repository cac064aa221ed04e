import type { Api } from "./api.js";
import { isApiError } from "./errors.js";
import type { Operation } from "./operation.js";
import type { CallOptions } from "./options.js";
import { invalid, isHeaderValue, writeParameter, writePath, writeQuery } from "./parameters.js";

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
  readonly idempotencyKey: string | undefined;
  readonly replayable: boolean;
}

/**
 * Makes the request of a call.
 *
 * @throws RequestError for values that cannot be sent, by the name of the parameter and without the value.
 */
export function buildRequest(api: Api, operation: Operation, input: CallInput, options: SendOptions): BuiltRequest {
  try {
    const { method } = operation;
    const headers = writeHeaders(operation, options);
    const init: RequestInit & { duplex?: "half" } = { method, headers };
    let replayable = true;
    if (input.body !== undefined) {
      if (method === "GET" || method === "HEAD") throw invalid(operation, "has no body");
      const [mediaType, encode] = encoderOf(operation, options);
      const encoded = encode(input.body, mediaType);
      headers.set("content-type", encoded.contentType);
      init.body = encoded.body;
      replayable = encoded.isReplayable;
      if (!replayable) init.duplex = "half";
    }
    let idempotencyKey: string | undefined;
    if (operation.idempotencyHeader !== undefined) {
      idempotencyKey = headers.get(operation.idempotencyHeader) ?? options.idempotencyKey ?? randomKey();
      setHeader(operation, headers, operation.idempotencyHeader, idempotencyKey);
    }
    return { request: new Request(urlOf(api, operation, input, options), init), idempotencyKey, replayable };
  } catch (error) {
    // What the platform throws may quote a value.
    throw isApiError(error) ? error : invalid(operation, "the request cannot be written");
  }
}

function urlOf(api: Api, operation: Operation, input: CallInput, options: SendOptions): string {
  if (input.url !== undefined) return input.url;
  const server = operation.server === undefined ? api.baseUrl : baseUrlOf(new URL(operation.server, api.baseUrl));
  const path = writePath(operation, (name) => own(input.path, name) ?? own(options, name) ?? own(api.defaults, name));
  const query = [input.query, options.query].map((part) => writeQuery(operation, part ?? {})).filter(Boolean);
  const [url] = `${server}${path}`.split("#");
  return `${url}${query.length > 0 ? (path.includes("?") ? "&" : "?") : ""}${query.join("&")}`;
}

/** A base URL to which a path can be added. */
export function baseUrlOf(url: URL): string {
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function encoderOf(operation: Operation, { contentType }: SendOptions): [string, NonNullable<Operation["body"]>[string]] {
  const found = Object.entries(operation.body ?? {}).find(([type]) => contentType === undefined || type === contentType);
  if (!found) throw invalid(operation, `takes no body of the type ${contentType}`);
  return found;
}

function writeHeaders(operation: Operation, options: SendOptions): Headers {
  const headers = new Headers();
  headers.set("accept", options.accept ?? operation.accept?.[0] ?? "application/json");
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value === undefined || value === null) continue;
    setHeader(operation, headers, name, writeParameter(operation, "header", name, value));
  }
  const cookies = Object.entries(options.cookies ?? {})
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => writeParameter(operation, "cookie", name, value).replaceAll("&", "; "));
  if (cookies.length > 0) headers.set("cookie", cookies.join("; "));
  return headers;
}

function setHeader(operation: Operation, headers: Headers, name: string, value: string): void {
  if (!isHeaderValue(value)) {
    throw invalid(operation, `the header "${name}" holds a line break or a character that no header can hold`);
  }
  headers.set(name, value);
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A member that is the object's own: names come from the spec, and `constructor` is one. */
export function own(holder: unknown, name: string): unknown {
  return holder instanceof Object && Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;
}
