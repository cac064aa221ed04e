import { RequestError } from "./errors.js";
import { subjectOf, type Emit } from "./events.js";
import type { CallContext, Ring } from "./fetch.js";
import { headerValue } from "./parameters.js";

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
  /** Is kept up to date with what must not appear in messages, by the scheme's name. */
  readonly secrets: Map<string, string>;
  readonly emit: Emit;
}

/**
 * The ring that adds the client's headers and the credential that the operation's security allows.
 *
 * @throws RequestError at once, when a secret or a header cannot travel in a header; its text does not say the value.
 */
export function authRing(setup: AuthSetup): Ring {
  const { schemes, secrets, baseUrl } = setup;
  const given = secretsByScheme(setup);
  const headers = Object.entries(setup.headers).map(
    ([name, value]) => [name, headerValue(name, value)] as const,
  );

  /** A copy of the request with headers and credentials, which `used` is told of; `refused`: those to replace. */
  async function sign(
    request: Request,
    names: readonly string[],
    { signal }: CallContext,
    used: Map<string, string>,
    refused?: Map<string, string>,
  ): Promise<Request> {
    const signed = new Request(request, { redirect: "manual" });
    for (const [name, value] of headers) if (!signed.headers.has(name)) signed.headers.set(name, value);
    const url = new URL(signed.url);
    for (const name of names) {
      const secret = given.get(name);
      const scheme = schemes[name];
      // What the caller has put into a header by hand stays.
      if (!secret || !scheme || signed.headers.has(headerOf(scheme))) continue;
      const value =
        typeof secret === "function" ? await secret({ signal, rejected: refused?.get(name) }) : secret;
      const text = wireText(scheme, value);
      used.set(name, text);
      secrets.set(name, text);
      attach(scheme, text, signed.headers, url);
    }
    return url.href === signed.url ? signed : new Request(url, signed);
  }

  return async (request, next, call) => {
    const { operation } = call;
    const url = new URL(request.url);
    const isHome = [baseUrl, operation?.server ?? baseUrl].some(
      (home) => new URL(home, baseUrl).origin === url.origin,
    );
    // A request from outside may go anywhere, but bare.
    if (!operation && !isHome) return next(request);
    const options = operation ? (operation.security ?? []) : [[...given.keys()].slice(0, 1)];
    const present = new Set([...headers.map(([name]) => name.toLowerCase()), ...request.headers.keys()]);
    const isMet = (name: string): boolean => {
      const scheme = schemes[name];
      return given.has(name) || !scheme || scheme.kind === "other" || present.has(headerOf(scheme));
    };
    const names = options.find((option) => option.length > 0 && option.every(isMet));
    const problem = !isHome
      ? `leads to ${url.origin}, where credentials do not go`
      : !names && options[0] && options.every((option) => option.length > 0)
        ? `needs ${options.map((option) => option.join(" and ")).join(" or ")}; the client has ${[...given.keys()].join(" and ") || "no credential"}`
        : names && !isEncrypted(url) && "credentials go over https only";
    const subject = subjectOf(request, call);
    if (problem) throw new RequestError(`${subject.method} ${subject.path}: ${problem}`, subject);
    const canRefresh =
      call.replayable !== false && names?.some((name) => typeof given.get(name) === "function");
    const spare = canRefresh ? request.clone() : request;
    const used = new Map<string, string>();
    const response = await next(await sign(request, names ?? [], call, used));
    if (response.status !== 401 || !canRefresh) return response;
    const fresh = new Map<string, string>();
    const again = await sign(spare, names ?? [], call, fresh, used);
    if ([...fresh.values()].join() === [...used.values()].join()) return response;
    setup.emit({ ...subject, type: "refresh" });
    await response.body?.cancel();
    return next(again);
  };
}

/** Which secret serves which scheme: a lone `apiKey` or `auth` serves the schemes of the kind that fits it best. */
function secretsByScheme({ schemes, apiKey, auth }: AuthSetup): Map<string, SchemeSecret> {
  const [named, token] = typeof auth === "object" ? [auth] : [{}, auth];
  const has = (kind: string): boolean => Object.values(schemes).some((scheme) => scheme.kind === kind);
  const isForKey = (kind: string): boolean => kind === "apiKey" || (kind !== "oauth" && !has("apiKey"));
  const isForToken = (kind: string): boolean => kind === "oauth" || (kind !== "apiKey" && !has("oauth"));
  const given = new Map<string, SchemeSecret>(Object.entries(named));
  for (const [name, scheme] of Object.entries(schemes)) {
    const lone = (isForKey(scheme.kind) && apiKey) || (isForToken(scheme.kind) && token);
    const secret = given.get(name) ?? lone;
    if (!secret) continue;
    given.set(name, secret);
    if (typeof secret !== "function") wireText(scheme, secret);
  }
  return given;
}

/** A secret as it travels. */
function wireText({ kind }: SecurityScheme, secret: string | BasicSecret): string {
  const text = typeof secret === "string" ? secret : `${secret.username}:${secret.password}`;
  if (kind !== "basic") return headerValue("authorization", text);
  // A lone key is the user name.
  const bytes = new TextEncoder().encode(typeof secret === "string" ? `${text}:` : text);
  return btoa(String.fromCharCode(...bytes));
}

function attach(scheme: SecurityScheme, text: string, headers: Headers, url: URL): void {
  if (scheme.kind !== "apiKey")
    return headers.set("authorization", `${scheme.kind === "basic" ? "Basic" : "Bearer"} ${text}`);
  const pair = `${encodeURIComponent(scheme.name)}=${encodeURIComponent(text)}`;
  if (scheme.in === "query") url.search += (url.search && "&") + pair;
  else if (scheme.in === "header") headers.set(scheme.name, text);
  else headers.set("cookie", [headers.get("cookie"), pair].filter(Boolean).join("; "));
}

/** The header that a credential has to itself. */
function headerOf(scheme: SecurityScheme): string {
  if (scheme.kind !== "apiKey") return "authorization";
  return scheme.in === "header" ? scheme.name.toLowerCase() : "-";
}

/** Whether nobody on the way can read along: https, or a request that stays on the machine (RFC 6761, RFC 8252). */
export function isEncrypted({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^((.+\.)?localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
