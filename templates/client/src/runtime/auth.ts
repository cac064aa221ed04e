import { RequestError } from "./errors.js";
import { subjectOf, type Emit } from "./events.js";
import type { CallContext, Ring } from "./fetch.js";
import { invalid, isHeaderValue } from "./parameters.js";

/** A secret, or a function that gets it before each request. */
export type Secret = string | ((ask: SecretRequest) => string | Promise<string>);

/** What a {@link Secret} function is told. */
export interface SecretRequest {
  /** Ends with the call. */
  readonly signal: AbortSignal;
  /** The secret that the server has just refused: a fresh one is wanted. */
  readonly rejected?: string | undefined;
}

/** HTTP Basic (RFC 7617). */
export interface BasicSecret {
  readonly username: string;
  readonly password: string;
}

/** What can be given for one security scheme. */
export type SchemeSecret = Secret | BasicSecret;

/** How a credential travels. `other` schemes, such as client certificates, are not the runtime's business. */
export type SecurityScheme =
  | { readonly kind: "apiKey"; readonly in: "header" | "query" | "cookie"; readonly name: string }
  | { readonly kind: "bearer" | "basic" | "oauth" | "other" };

/** What {@link authRing} is made from. */
export interface AuthSetup {
  readonly schemes: Readonly<Record<string, SecurityScheme>>;
  readonly apiKey?: Secret | undefined;
  readonly auth?: Secret | Readonly<Record<string, SchemeSecret>> | undefined;
  /** Credentials and headers go to this URL's origin alone, and to an operation's own server. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Is kept up to date with what must not appear in messages. */
  readonly secrets: Map<string, string>;
  readonly emit: Emit;
}

/**
 * The ring that adds the client's headers and the credential that the operation's security allows.
 *
 * @throws RequestError at once, when a secret or a header cannot travel in a header; its text does not say the value.
 */
export function authRing(setup: AuthSetup): Ring {
  const { schemes, secrets } = setup;
  const given = secretsByScheme(setup);
  const headers = new Headers();
  for (const [name, value] of Object.entries(setup.headers)) {
    if (!isHeaderValue(value)) throw new RequestError(`The header "${name}" has a value that no header can hold`);
    headers.set(name, value);
  }

  /** A copy of the request with headers and credentials. */
  async function sign(request: Request, names: readonly string[], call: CallContext, isRefused: boolean): Promise<Request> {
    const signed = new Request(request, { redirect: "manual" });
    headers.forEach((value, name) => signed.headers.has(name) || signed.headers.set(name, value));
    let query = "";
    for (const name of names) {
      const scheme = schemes[name];
      const secret = given.get(name);
      if (!scheme || secret === undefined || carries(request.headers, scheme)) continue;
      const text = await textOf(secret, { signal: call.signal, rejected: isRefused ? secrets.get(name) : undefined });
      secrets.set(name, text);
      query += attach(scheme, text, signed.headers);
    }
    if (!query) return signed;
    const url = new URL(signed.url);
    url.search += (url.search ? "&" : "?") + query.slice(1);
    return new Request(url, signed);
  }

  return async (request, next, call) => {
    const { operation } = call;
    const url = new URL(request.url);
    const present = new Headers([...headers, ...request.headers]);
    const alternatives = operation ? (operation.security ?? []) : [[...given.keys()].slice(0, 1)];
    const isMet = (name: string): boolean => {
      const scheme = schemes[name];
      return given.has(name) || scheme?.kind === "other" || (scheme !== undefined && carries(present, scheme));
    };
    const names = alternatives.find((option) => option.length > 0 && option.every(isMet)) ?? [];
    const homes = [setup.baseUrl, operation?.server ?? ""].map((home) => new URL(home, setup.baseUrl).origin);
    if (!homes.includes(url.origin)) {
      // A request from outside may go anywhere, but bare.
      if (!operation) return next(request);
      throw invalid(operation, `leads to ${url.origin}, which is not the API; credentials do not go there`);
    }
    if (operation && names.length === 0 && alternatives.length > 0 && alternatives.every((option) => option.length > 0)) {
      const needed = alternatives.map((option) => option.join(" and ")).join(", or ");
      throw invalid(operation, `needs a credential: ${needed}. The client has ${[...given.keys()].join(", ") || "none"}`);
    }
    if (names.length > 0 && url.protocol !== "https:" && !isLoopback(url.hostname)) {
      throw new RequestError(`Credentials do not go to ${url.origin}: it is not encrypted. Use https`);
    }
    const canRefresh = call.replayable !== false && names.some((name) => typeof given.get(name) === "function");
    const spare = canRefresh ? request.clone() : request;
    const response = await next(await sign(request, names, call, false));
    if (response.status !== 401 || !canRefresh) return response;
    const before = names.map((name) => secrets.get(name)).join();
    const again = await sign(spare, names, call, true);
    if (names.map((name) => secrets.get(name)).join() === before) return response;
    setup.emit({ ...subjectOf(request, call), type: "refresh" });
    await response.body?.cancel();
    return next(again);
  };
}

/** Which secret serves which scheme: a lone `apiKey` or `auth` serves the schemes of the kind that fits best. */
function secretsByScheme({ schemes, apiKey, auth }: AuthSetup): Map<string, SchemeSecret> {
  const given = new Map<string, SchemeSecret>();
  const serve = (secret: Secret | undefined, kinds: readonly SecurityScheme["kind"][]): void => {
    const kind = kinds.find((candidate) => Object.values(schemes).some((scheme) => scheme.kind === candidate));
    if (secret === undefined) return;
    for (const [name, scheme] of Object.entries(schemes)) if (scheme.kind === kind) given.set(name, secret);
  };
  serve(apiKey, ["apiKey", "bearer", "basic"]);
  if (typeof auth === "object") for (const [name, secret] of Object.entries(auth)) given.set(name, secret);
  else serve(auth, ["oauth", "bearer", "basic"]);
  for (const [name, secret] of given) if (typeof secret !== "function") check(wireText(secret), name);
  return given;
}

async function textOf(secret: SchemeSecret, ask: SecretRequest): Promise<string> {
  return typeof secret === "function" ? check(await secret(ask), "credential") : wireText(secret);
}

function wireText(secret: string | BasicSecret): string {
  return typeof secret === "string" ? secret : `${secret.username}:${secret.password}`;
}

function check(text: string, name: string): string {
  // The value stays out of the message, whatever is wrong with it.
  if (text && isHeaderValue(text)) return text;
  throw new RequestError(`The secret for "${name}" is empty, or holds a line break or a character that no header can hold`);
}

/** Adds a secret to the headers, or returns what to add to the query. */
function attach(scheme: SecurityScheme, text: string, headers: Headers): string {
  if (scheme.kind !== "apiKey") {
    const isBasic = scheme.kind === "basic";
    headers.set("authorization", isBasic ? `Basic ${base64(text.includes(":") ? text : `${text}:`)}` : `Bearer ${text}`);
    return "";
  }
  const pair = `${encodeURIComponent(scheme.name)}=${encodeURIComponent(text)}`;
  if (scheme.in === "query") return `&${pair}`;
  if (scheme.in === "header") headers.set(scheme.name, text);
  else headers.set("cookie", [headers.get("cookie"), pair].filter(Boolean).join("; "));
  return "";
}

/** Whether the caller has given the credential as a header already. */
function carries(headers: Headers, scheme: SecurityScheme): boolean {
  if (scheme.kind !== "apiKey") return headers.has("authorization");
  return scheme.in === "header" && headers.has(scheme.name);
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** Hosts that a request reaches without leaving the machine (RFC 6761, RFC 8252). */
export function isLoopback(hostname: string): boolean {
  return /^(.+\.)?localhost$|^127\.\d+\.\d+\.\d+$|^\[::1\]$/.test(hostname);
}
