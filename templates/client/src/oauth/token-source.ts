import type { SecretSource } from "../runtime/credentials.js";
import { isApiError } from "../runtime/errors.js";
import type { CallContext, Layer } from "../runtime/layer.js";
import { isStream } from "../runtime/objects.js";
import { discard } from "../runtime/transport.js";
import type { TokenAnswer } from "./authorization-server.js";
import { SignInRequiredError } from "./errors.js";
import { createFlights } from "./flight.js";
import type { SafeStore } from "./safe-store.js";
import type { Tokens } from "./store.js";

/** A token is replaced so long before it expires, or a tenth of its time before, if that is less. */
const AHEAD_MS = 60_000;

/** While the token is still good, a refresh that failed is left alone for so long. */
const PAUSE_MS = 5000;

/** What a {@link TokenSource} is made from. */
export interface TokenSourceSetup {
  readonly store: SafeStore;
  readonly refresh: (refreshToken: string) => Promise<TokenAnswer>;
  readonly now: () => number;
}

/** Hands out access tokens, and replaces them: one refresh at a time, whoever waits for it. */
export interface TokenSource {
  readonly token: SecretSource;
  /** Takes the tokens of a new sign-in; undefined: signed out. */
  replace(tokens: Tokens | undefined): Promise<void>;
}

/** Makes the source of access tokens over a store. */
export function createTokenSource({ store, refresh, now }: TokenSourceSetup): TokenSource {
  let current: Tokens | undefined;
  /** The access token that the API does not take any more. */
  let refused: string | undefined;
  /** A new access token that the API did not take either: another one would not help. */
  let hopeless: string | undefined;
  let pausedUntil = 0;
  let isAnswerLost = false;
  const sent = new WeakMap<CallContext, string>();
  const flights = createFlights(renew);

  /** The tokens, unless they are to be replaced first. */
  function usable(tokens: Tokens | undefined): Tokens | undefined {
    if (!tokens || tokens.accessToken === refused) return undefined;
    const mayStay = tokens.refreshToken === undefined || now() < pausedUntil;
    const until = (mayStay ? tokens.expiresAt : tokens.refreshAt) ?? Infinity;
    return now() < until ? tokens : undefined;
  }

  /** Usable tokens: those of the store, where somebody else may have put new ones, else what a refresh gives. */
  async function renew(signal: AbortSignal, refreshed: () => void): Promise<Tokens> {
    current = await store.load();
    const present = usable(current);
    if (present) return present;
    return store.exclusive(async () => {
      const stored = (current = await store.load());
      const theirs = usable(stored);
      if (theirs) return theirs;
      if (!stored) throw new SignInRequiredError("nobody is signed in");
      if (stored.refreshToken === undefined) {
        throw new SignInRequiredError(
          "the access token has expired, and there is no refresh token; sign in again",
        );
      }
      try {
        current = tokensOf(await refresh(stored.refreshToken), now(), stored);
      } catch (error) {
        return afterFailure(error, stored);
      }
      isAnswerLost = false;
      pausedUntil = 0;
      await store.save(current);
      refreshed();
      return current;
    }, signal);
  }

  /** The tokens stay, whatever happened, unless the server says that they are no good. */
  async function afterFailure(error: unknown, stored: Tokens): Promise<Tokens> {
    if (isApiError(error) && "serverCode" in error && error.serverCode === "invalid_grant") {
      // In a store that knows no exclusive work, somebody else may have been faster.
      current = await store.load();
      const theirs = usable(current);
      if (theirs && theirs.refreshToken !== stored.refreshToken) return theirs;
      current = undefined;
      await store.save(undefined);
      const reason = isAnswerLost ? "; the answer to an earlier refresh, with its successor, was lost" : "";
      const facts = { serverCode: "invalid_grant" };
      throw new SignInRequiredError(`the refresh token is no longer valid${reason}; sign in again`, facts);
    }
    // There is but one refresh token: it is tried again, since many servers take it for a while after such a loss.
    isAnswerLost ||= isApiError(error) && (error.code === "connection_failed" || error.code === "timeout");
    pausedUntil = now() + PAUSE_MS;
    const rest = usable(stored);
    if (rest) return rest;
    throw error;
  }

  const token = async (call: CallContext, refreshed: () => void): Promise<string> => {
    const present = store.isSaved() ? usable(current) : undefined;
    const { accessToken } = present ?? (await flights.join(call.lifetime.signal, refreshed));
    sent.set(call, accessToken);
    return accessToken;
  };

  /** A request whose token is refused is sent again with a new one, once. */
  const layer: Layer = async (request, next, call) => {
    const response = await next(request, call);
    const used = sent.get(call);
    if (!isTokenRefused(response) || used === undefined || used === hopeless) return response;
    // Somebody else's refusal may have led to a new one already.
    if (used === current?.accessToken) refused = used;
    if (isStream(request.body)) {
      call.unrepeated = "not repeated with a new token, since its body is a stream";
      return response;
    }
    discard(response);
    const second = await next(request, call);
    if (isTokenRefused(second)) hopeless = sent.get(call);
    return second;
  };

  return {
    token: Object.assign(token, { layer }),
    replace: async (tokens) => {
      current = tokens;
      [refused, hopeless, isAnswerLost, pausedUntil] = [undefined, undefined, false, 0];
      await store.save(tokens);
    },
  };
}

/** What an answer of the token endpoint gives; what it leaves out stays as it was (RFC 6749, sections 5.1 and 6). */
export function tokensOf(answer: TokenAnswer, now: number, before: Partial<Tokens>): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken = before.refreshToken } = answer;
  const scopes = answer.scope?.split(" ").filter(Boolean) ?? before.scopes;
  if (answer.expires_in === undefined) return { accessToken, refreshToken, scopes };
  const lifetimeMs = answer.expires_in * 1000;
  const expiresAt = now + lifetimeMs;
  return {
    accessToken,
    refreshToken,
    scopes,
    expiresAt,
    refreshAt: expiresAt - Math.min(AHEAD_MS, lifetimeMs / 10),
  };
}

/** Whether a new token may help (RFC 6750, section 3.1). Browsers often hide the header that says so. */
function isTokenRefused({ status, headers }: Response): boolean {
  const [, error] = /\berror\s*=\s*"?([\w-]+)/i.exec(headers.get("www-authenticate") ?? "") ?? [];
  return status === 401 && (error === undefined || error === "invalid_token");
}
