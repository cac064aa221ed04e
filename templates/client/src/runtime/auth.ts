import { RequestError } from "./errors.js";
import type { BasicSecret, SchemeSecret, Secret, SecretSource } from "./credentials.js";
import type { Emit } from "./events.js";
import type { CallContext, OutgoingRequest, Ring } from "./fetch.js";
import { subjectOf } from "./observe.js";
import { headerValue } from "./parameters.js";
import type { Redactor } from "./redactor.js";

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
  /** Is told each secret that is sent, which must not appear in messages. */
  readonly redactor: Redactor;
  readonly emit: Emit;
}

/** A ring that adds credentials, and tells them apart. */
export interface AuthRing extends Ring {
  /** The secrets that functions give for a request: each may be another's. */
  identify(request: OutgoingRequest, call: CallContext): Promise<readonly unknown[]>;
}

/**
 * The ring that adds the client's headers and the credential that the operation's security allows.
 *
 * @throws RequestError at once, when a secret or a header cannot travel in a header; its text does not say the value.
 */
export function authRing(setup: AuthSetup): AuthRing {
  const { schemes, redactor, baseUrl, emit } = setup;
  const given = secretsByScheme(setup);
  const home = new URL(baseUrl).origin;
  const headers = new Headers();
  for (const [name, value] of Object.entries(setup.headers)) headers.set(name, headerValue(name, value));
  const common = [...headers];

  const ask = (secret: SecretSource, request: OutgoingRequest, call: CallContext): string | Promise<string> =>
    secret(call, () => emit({ ...subjectOf(request, call), type: "refresh" }));

  /** A copy of the request with headers and credentials. */
  async function sign(
    request: OutgoingRequest,
    names: readonly string[],
    call: CallContext,
  ): Promise<OutgoingRequest> {
    const signed = { ...request, headers: new Headers(request.headers) };
    for (const [name, value] of common) if (!signed.headers.has(name)) signed.headers.set(name, value);
    for (const name of names) {
      const secret = given.get(name);
      const scheme = schemes[name];
      const byHand = signed.headers.get(headerOf(scheme) || "-");
      // What the caller has put into a header by hand stays.
      if (byHand) redactor.remember(byHand.replace(/^\w+ /, ""));
      if (!secret || !scheme || byHand) continue;
      const text = wireText(scheme, typeof secret === "function" ? await ask(secret, request, call) : secret);
      redactor.remember(text);
      attach(scheme, text, signed);
    }
    return signed;
  }

  /** The alternatives that a request may carry, each the names of its schemes, and which of them it will. */
  function choose(
    request: OutgoingRequest,
    { operation }: CallContext,
  ): { options: readonly (readonly string[])[]; names: readonly string[] | undefined } {
    const options = operation ? (operation.security ?? [[]]) : [[...given.keys()].slice(0, 1)];
    const isMet = (name: string): boolean => {
      const header = headerOf(schemes[name]);
      return given.has(name) || !header || headers.has(header) || request.headers.has(header);
    };
    const met = options.filter((option) => option.every(isMet));
    return { options, names: met.find((option) => option.length > 0) ?? met[0] };
  }

  const ring: Ring = async (request, next, call) => {
    const { operation } = call;
    const url = new URL(request.url);
    const { origin } = url;
    const server = operation?.server;
    const isHome = origin === home || (server !== undefined && new URL(server, baseUrl).origin === origin);
    // What leads elsewhere goes bare: requests from outside the operations, and operations that say so.
    if (operation ? operation.external : !isHome) return next(request);
    const { options, names } = choose(request, call);
    if (!isHome) throw new RequestError(`leads to ${origin}, where credentials do not go`);
    if (!names) {
      const needed = options.map((option) => option.join(" and ")).join(" or ");
      const present = [...given.keys()].join(" and ") || "no credential";
      throw new RequestError(`needs ${needed}; the client has ${present}`);
    }
    if (names.length > 0 && !isEncrypted(url)) throw new RequestError("credentials go over https only");
    const send = async (signable: OutgoingRequest): Promise<Response> =>
      next(await sign(signable, names, call));
    const source = names.map((name) => given.get(name)).find((secret) => typeof secret === "function");
    return source?.ring ? source.ring(request, send, call) : send(request);
  };
  const identify: AuthRing["identify"] = (request, call) =>
    Promise.all(
      (choose(request, call).names ?? []).map((name) => {
        const secret = given.get(name);
        return typeof secret === "function" && ask(secret, request, call);
      }),
    );
  return Object.assign(ring, { identify });
}

/** Which secret serves which scheme: a lone `apiKey` or `auth` serves the schemes of the kind that fits it best. */
function secretsByScheme({ schemes, apiKey, auth }: AuthSetup): Map<string, SchemeSecret> {
  const [named, token] = typeof auth === "object" ? [auth] : [{}, auth];
  const given = new Map<string, SchemeSecret>(Object.entries(named));
  const kinds = new Set(Object.values(schemes).map(({ kind }) => kind));
  for (const [name, scheme] of Object.entries(schemes)) {
    const { kind } = scheme;
    const key = kind === "apiKey" || (kind !== "oauth" && !kinds.has("apiKey")) ? apiKey : undefined;
    const secret =
      given.get(name) ??
      key ??
      (kind === "oauth" || (kind !== "apiKey" && !kinds.has("oauth")) ? token : undefined);
    if (secret === undefined) continue;
    given.set(name, secret);
    if (typeof secret !== "function") wireText(scheme, secret);
  }
  return given;
}

/** A secret as it travels. */
function wireText({ kind }: SecurityScheme, secret: string | BasicSecret): string {
  const isKey = typeof secret === "string";
  if (kind !== "basic" && isKey) return headerValue("authorization", secret);
  // A lone key is the user name.
  const text = isKey ? `${secret}:` : `${secret.username}:${secret.password}`;
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function attach(scheme: SecurityScheme, text: string, request: { url: string; headers: Headers }): void {
  const { headers } = request;
  if (scheme.kind !== "apiKey") {
    headers.set("authorization", `${scheme.kind === "basic" ? "Basic" : "Bearer"} ${text}`);
  } else if (scheme.in === "header") {
    headers.set(scheme.name, text);
  } else {
    const pair = `${encodeURIComponent(scheme.name)}=${encodeURIComponent(text)}`;
    if (scheme.in === "query") request.url = withQuery(request.url, pair);
    else headers.set("cookie", [headers.get("cookie"), pair].filter(Boolean).join("; "));
  }
}

function withQuery(text: string, pair: string): string {
  const url = new URL(text);
  url.search += (url.search && "&") + pair;
  return url.href;
}

/** The header that a credential travels in; none for those that are not the runtime's business. */
function headerOf(scheme: SecurityScheme | undefined): string {
  if (!scheme || scheme.kind === "other") return "";
  return scheme.kind === "apiKey" ? (scheme.in === "header" ? scheme.name : "-") : "authorization";
}

/** Whether nobody on the way can read along: https, or a request that stays on the machine (RFC 6761, RFC 8252). */
export function isEncrypted({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^((.+\.)?localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
