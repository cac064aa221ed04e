import type { Clock } from "./clock.js";
import { RequestError } from "./errors.js";
import type { BasicSecret, SchemeSecret, SecretSource } from "./credentials.js";
import type { Emit } from "./events.js";
import type { CallContext, Layer, OutgoingRequest, Send } from "./layer.js";
import type { ApiOptions } from "./options.js";
import { isStream } from "./objects.js";
import { subjectOf } from "./observe.js";
import { canBeHeader, headerValue } from "./parameters.js";
import type { Redactor } from "./redactor.js";
import { discard } from "./transport.js";
import { isEncrypted } from "./urls.js";

/** How a credential travels. `other` schemes, such as client certificates, are not the runtime's business. */
export type SecurityScheme =
  | { readonly kind: "apiKey"; readonly in: "header" | "query" | "cookie"; readonly name: string }
  /** An HTTP scheme by its name (RFC 9110, section 11.1), as in `Digest`. */
  | { readonly kind: "http"; readonly scheme: string }
  | { readonly kind: "bearer" | "basic" | "oauth" | "other" };

/** What {@link createAuth} is made from. */
export interface AuthSetup {
  readonly schemes: Readonly<Record<string, SecurityScheme>>;
  readonly options: Pick<ApiOptions, "apiKey" | "auth" | "allowInsecure">;
  readonly clock: Clock;
  /** Credentials and headers go to this URL's origin alone, and to an operation's own server. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Is told each secret that is sent, which must not appear in messages. */
  readonly redactor: Redactor;
  readonly emit: Emit;
}

/** A secret that is older than this when its request leaves is asked for again, in milliseconds. */
const OLD_MS = 1000;

type Texts = readonly (string | BasicSecret | undefined)[];

const INSECURE =
  "credentials go over https only; the option allowInsecure permits plain http, as inside a cluster";

/** The layers that add credentials, and what tells credentials apart. */
export interface Auth {
  /** Finds the credential of a call, before it queues: who is not signed in need not wait to learn of it. */
  readonly credentials: Layer;
  /** Adds it when the request leaves, since credentials change while a request queues. */
  readonly sign: Layer;
  /** The secrets of a request: what a function gives may be another's each time. */
  readonly identify: (request: OutgoingRequest, call: CallContext) => Promise<readonly unknown[]>;
  /** Tells the client's credentials from others'; it holds secrets. */
  readonly fingerprint: string;
}

/**
 * The layers that add the client's headers and the credential that the operation's security allows.
 *
 * @throws RequestError at once, when a secret or a header cannot travel in a header; its text does not say the value.
 */
export function createAuth(setup: AuthSetup): Auth {
  const { schemes, redactor, baseUrl, emit, clock } = setup;
  const given = secretsByScheme(setup);
  /** Secrets that are being asked for since others were refused, by those. */
  const renewals = new Map<string, Promise<Texts>>();
  const { allowInsecure = false } = setup.options;
  const homeUrl = new URL(baseUrl);
  if (given.size > 0 && !allowInsecure && !isEncrypted(homeUrl)) throw new RequestError(INSECURE);
  const home = homeUrl.origin;
  const headers = Object.fromEntries(
    Object.entries(setup.headers).map(([name, value]) => [name.toLowerCase(), headerValue(name, value)]),
  );

  /** What the caller has put by hand into the header that a scheme uses; it stays. */
  const byHand = (request: OutgoingRequest, name: string): string | undefined =>
    request.headers[headerOf(schemes[name])] ?? headers[headerOf(schemes[name])];

  const secretsFor = (request: OutgoingRequest, names: readonly string[]): (SchemeSecret | undefined)[] =>
    names.map((name) => (byHand(request, name) ? undefined : given.get(name)));

  /** Secrets as they are now: functions are asked. */
  const textsOf = (
    secrets: readonly (SchemeSecret | undefined)[],
    request: OutgoingRequest,
    call: CallContext,
  ): Promise<(string | BasicSecret | undefined)[]> => {
    const refreshed = (): void => emit({ ...subjectOf(request, call), type: "refresh" });
    return Promise.all(
      secrets.map((secret) => (typeof secret === "function" ? secret(call, refreshed) : secret)),
    );
  };

  /** A copy of the request with the client's headers and credentials. */
  function sign(
    request: OutgoingRequest,
    names: readonly string[],
    secrets: readonly (string | BasicSecret | undefined)[],
  ): OutgoingRequest {
    const { method, url, body } = request;
    // Spreading would give each object a hidden class of its own.
    const signed = { method, url, headers: Object.assign({}, headers, request.headers), body };
    names.forEach((name, index) => {
      const [scheme, own] = [schemes[name], byHand(request, name)];
      if (own) redactor.remember(own.replace(/^\w+ /, ""), headerOf(scheme));
      if (own || !scheme || !given.has(name)) return;
      const text = wireText(name, scheme, secrets[index] ?? "");
      redactor.remember(text, scheme.kind === "apiKey" ? scheme.name : "authorization");
      attach(scheme, text, signed);
    });
    return signed;
  }

  /** The alternatives that a request may carry, each the names of its schemes, and which of them it will. */
  function choose(
    request: OutgoingRequest,
    { operation }: CallContext,
  ): { options: readonly (readonly string[])[]; names: readonly string[] | undefined } {
    const options = operation ? (operation.security ?? [[]]) : [[...given.keys()].slice(0, 1)];
    const isMet = (name: string): boolean =>
      given.has(name) || !headerOf(schemes[name]) || byHand(request, name) !== undefined;
    const met = options.filter((option) => option.every(isMet));
    return { options, names: met.find((option) => option.length > 0) ?? met[0] };
  }

  /** Why a request cannot go where it leads. */
  function problemOf(url: URL, isHome: boolean, { options, names }: ReturnType<typeof choose>): string {
    if (!isHome) return `leads to ${url.origin}, where credentials do not go`;
    if (names) return names.length > 0 && !allowInsecure && !isEncrypted(url) ? INSECURE : "";
    const needed = options.map((option) => option.join(" and ")).join(" or ");
    return `needs ${needed}; the client has ${[...given.keys()].join(" and ") || "no credential"}`;
  }

  const credentials: Layer = (request, next, call) => {
    const { operation } = call;
    // Most requests go to the base URL: the text tells as much as a parser would, and is cheaper.
    const url = request.url.startsWith(`${home}/`) ? homeUrl : new URL(request.url);
    const server = operation?.server;
    const isHome =
      url.origin === home || (server !== undefined && new URL(server, baseUrl).origin === url.origin);
    // What leads elsewhere carries nothing: requests from outside the operations, and operations that say so.
    if (operation ? operation.external : !isHome) return next(request, call);
    const choice = choose(request, call);
    const problem = problemOf(url, isHome, choice);
    if (problem) return Promise.reject(new RequestError(problem));
    const { names = [] } = choice;
    const secrets = secretsFor(request, names);
    if (secrets.every(isReady)) {
      call.sign = (leaving) => sign(leaving, names, secrets);
      return next(request, call);
    }
    let texts: Texts = [];
    const sendSigned: Send = (signable, context) => {
      const knownSince = clock.now();
      context.sign = async (leaving) => {
        if (clock.now() - knownSince > OLD_MS) texts = await textsOf(secrets, leaving, context);
        return sign(leaving, names, texts);
      };
      return next(signable, context);
    };
    const send: Send = async (signable, context) => {
      texts = await textsOf(secrets, signable, context);
      return sendSigned(signable, context);
    };
    const source = secrets.find((secret) => typeof secret === "function");
    return source?.layer ? source.layer(request, send, call) : sendRenewed(send, sendSigned);

    /** A secret that the server refuses is asked for once more: the function may know of a newer one. */
    async function sendRenewed(first: Send, again: Send): Promise<Response> {
      const response = await first(request, call);
      if (response.status !== 401 || isStream(request.body)) return response;
      const refused = JSON.stringify(texts);
      // Calls that are refused together ask together.
      const renewal = renewals.get(refused) ?? textsOf(secrets, request, call);
      renewals.set(refused, renewal);
      const renewed = await renewal.catch(() => undefined).finally(() => renewals.delete(refused));
      if (!renewed || JSON.stringify(renewed) === refused) return response;
      discard(response);
      texts = renewed;
      return again(request, call);
    }
  };
  const identify: Auth["identify"] = (request, call) =>
    textsOf(secretsFor(request, choose(request, call).names ?? []), request, call);
  return {
    credentials,
    sign: signLayer,
    identify,
    fingerprint: JSON.stringify([[...given].map(identityOf), headers]),
  };
}

let sources = 0;
const sourceIds = new WeakMap<SecretSource, number>();

/** A secret as it is, or a number for the function that gets it. */
function identityOf([name, secret]: [string, SchemeSecret]): unknown[] {
  if (typeof secret !== "function") return [name, secret];
  const id = sourceIds.get(secret) ?? (sources += 1);
  sourceIds.set(secret, id);
  return [name, id];
}

const signLayer: Layer = async (request, next, call) =>
  next(call.sign ? await call.sign(request) : request, call);

function isReady(secret: SchemeSecret | undefined): secret is string | BasicSecret | undefined {
  return typeof secret !== "function";
}

/** Which secret serves which scheme: a lone `apiKey` or `auth` serves the schemes of the kind that fits it best. */
function secretsByScheme({ schemes, options: { apiKey, auth } }: AuthSetup): Map<string, SchemeSecret> {
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
    if (typeof secret !== "function") wireText(name, scheme, secret);
  }
  return given;
}

/** A secret as it travels. */
function wireText(name: string, { kind }: SecurityScheme, secret: string | BasicSecret): string {
  const isKey = typeof secret === "string";
  if (kind !== "basic") {
    if (isKey && canBeHeader(secret)) return secret;
    throw new RequestError(`the secret for ${name} is empty or cannot stand in a header`);
  }
  // A lone key is the user name.
  const text = isKey ? `${secret}:` : `${secret.username}:${secret.password}`;
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function attach(
  scheme: SecurityScheme,
  text: string,
  request: { url: string; readonly headers: Record<string, string> },
): void {
  const { headers } = request;
  if (scheme.kind !== "apiKey") {
    headers["authorization"] = `${schemeName(scheme)} ${text}`;
  } else if (scheme.in === "header") {
    headers[headerOf(scheme)] = text;
  } else {
    const pair = `${encodeURIComponent(scheme.name)}=${encodeURIComponent(text)}`;
    if (scheme.in === "query") request.url = withQuery(request.url, pair);
    else headers["cookie"] = [headers["cookie"], pair].filter(Boolean).join("; ");
  }
}

function schemeName(scheme: SecurityScheme): string {
  if (scheme.kind === "http") return scheme.scheme;
  return scheme.kind === "basic" ? "Basic" : "Bearer";
}

function withQuery(text: string, pair: string): string {
  const url = new URL(text);
  url.search += (url.search && "&") + pair;
  return url.href;
}

/** The header that a credential travels in; none for those that are not the runtime's business. */
function headerOf(scheme: SecurityScheme | undefined): string {
  if (!scheme || scheme.kind === "other") return "";
  return scheme.kind === "apiKey"
    ? scheme.in === "header"
      ? scheme.name.toLowerCase()
      : "-"
    : "authorization";
}
