import * as oauth from "oauth4webapi";

import { isEncrypted } from "../runtime/urls.js";
import { isApiError, TimeoutError } from "../runtime/errors.js";
import type { Fetch } from "../runtime/layer.js";
import { own } from "../runtime/objects.js";
import { connectionError } from "../runtime/transport.js";
import { OAuthError } from "./errors.js";

/** No answer takes longer: work under a token store's lock has to end. */
const TIMEOUT_MS = 30_000;

/** Answers are short; a longer one comes from something else. */
const MOST_BYTES = 256 * 1024;

type LibraryRequest = oauth.CustomFetchOptions<string, URLSearchParams | string | undefined>;

/** What the library is told for each request. */
export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly headers: Record<string, string>;
  readonly [oauth.customFetch]: (url: string, init: LibraryRequest) => Promise<Response>;
  readonly [oauth.allowInsecureRequests]: true;
}

/** Options for one request to the authorization server, which carries none of the API's credentials and no cookie. */
export function requestOptions(fetch: Fetch, agent: string): RequestOptions {
  // Node lets the process end before this timer does.
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  return {
    signal,
    // A browser has a user agent of its own.
    headers: "document" in globalThis ? {} : { "user-agent": agent },
    // Nothing goes over plain http but to this machine: that is checked here, since the library knows no exception.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url, { method, headers: sent, body = null }) => {
      if (!isEncrypted(new URL(url)))
        throw new OAuthError("the authorization server is reached over https only");
      try {
        const response = await fetch(url, {
          method,
          headers: sent,
          body,
          signal,
          redirect: "manual",
          credentials: "omit",
        });
        return plainAnswer(response.status, await textOf(response));
      } catch (error) {
        throw signal.aborted ? new TimeoutError(`no answer within ${TIMEOUT_MS} ms`) : connectionError(error);
      }
    },
  };
}

/** The text of a body, as far as an answer can reach. */
async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  let text = "";
  for (let room = MOST_BYTES; room > 0;) {
    const chunk = await reader?.read();
    if (!chunk?.value) return text;
    text += decoder.decode(chunk.value.subarray(0, room), { stream: true });
    room -= chunk.value.length;
  }
  void reader?.cancel().catch(() => {});
  return text;
}

/**
 * The answer with what is of use here: an answer to a refresh is lost for good if an oddity in it makes it fail. So an
 * ID token is not looked at, a lifetime that is no number counts as unsaid, as does null, and a challenge beside the
 * error's code is no more than that code.
 */
function plainAnswer(status: number, text: string): Response {
  // A browser does not tell where a redirect leads: its status is 0.
  const init = { status: status >= 200 ? status : 502, headers: { "content-type": "text/plain" } };
  const isEmpty = [204, 205, 304].includes(status);
  const body: unknown = parsed(text);
  if (isEmpty || typeof body !== "object" || body === null) return new Response(isEmpty ? null : text, init);
  const { id_token: _, ...members } = Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== null),
  );
  const lifetime = members["expires_in"];
  if (lifetime === "" || !(Number(lifetime) >= 0)) delete members["expires_in"];
  return Response.json(Array.isArray(body) ? body : members, { status: init.status });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Asks the authorization server something. The library's errors hold whole answers; of those, what can be shown is
 * kept.
 *
 * @throws OAuthError, ConnectionError, TimeoutError
 */
export async function asked<T>(
  failure: string,
  secrets: readonly (string | undefined)[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const facts = { serverCode: codeIn(error), status: statusIn(error) };
    let message = `${failure}: ${reasonIn(error)}`;
    for (const secret of secrets) if (secret) message = message.replaceAll(secret, "[secret]");
    if (!isApiError(error)) throw new OAuthError(message, facts);
    throw Reflect.construct(error.constructor, [message, { ...error }]);
  }
}

function codeIn(error: unknown): string | undefined {
  const code = own(error, "error");
  return typeof code === "string" && /^[\x20-\x7e]{1,64}$/.test(code) ? code : undefined;
}

function statusIn(error: unknown): number | undefined {
  const status =
    own(error, "status") ?? (own(error, "cause") instanceof Response ? own(error, "cause") : undefined);
  return typeof status === "number" ? status : status instanceof Response ? status.status : undefined;
}

/** Texts of the library say nothing of values; those of the server do. */
function reasonIn(error: unknown): string {
  const code = codeIn(error);
  const description = own(error, "error_description");
  if (code !== undefined) return typeof description === "string" ? `${code} (${description})` : code;
  const status = statusIn(error);
  if (status !== undefined) return `the authorization server answered ${status}`;
  return error instanceof Error ? error.message : "for no known reason";
}
