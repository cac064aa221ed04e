import type { SecretSource } from "../runtime/credentials.js";
import type { Fetch } from "../runtime/layer.js";
import type { TokenStore } from "./store.js";

/** An app, as the authorization server knows it. */
export interface ClientCredentials {
  readonly clientId: string;
  /** Only for apps that can keep one: not in a browser, not on a person's device. */
  readonly clientSecret?: string | undefined;
  /** How the secret travels: in the `Authorization` header unless given. */
  readonly clientAuthentication?: "client_secret_basic" | "client_secret_post" | undefined;
}

/**
 * Where the authorization server is; as the spec states it unless given. URLs may be relative to the base URL, and are
 * https but on this machine.
 */
export interface Endpoints {
  /** Has the server say the rest by itself (RFC 8414); an endpoint that stands here beside it comes first. */
  readonly issuer?: string | undefined;
  readonly authorizationUrl?: string | undefined;
  readonly tokenUrl?: string | undefined;
  /** In place of `tokenUrl` for refreshes. */
  readonly refreshUrl?: string | undefined;
  readonly revocationUrl?: string | undefined;
  readonly registrationUrl?: string | undefined;
}

/** How the authorization server is reached. */
export interface ServerOptions extends Endpoints {
  /** The client's base URL, if that is not the spec's: endpoints on the API's own host move with it. */
  readonly baseUrl?: string | undefined;
  /** In place of the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
}

/** What a spec states of an API and its authorization-code flow. */
export interface OAuthDefinition extends Endpoints {
  /** The API's base URL; absent: the spec has none. */
  readonly baseUrl?: string | undefined;
  readonly scopes: readonly string[];
  /** Name and version of the package, for the authorization server's logs. */
  readonly agent: string;
}

/** How people sign in to an app. */
export interface OAuthOptions<Scope extends string = string> extends ClientCredentials, ServerOptions {
  /** Where people come back to, exactly as it was registered. */
  readonly redirectUri: string;
  /** What to ask for; all that the spec has unless given. Ask for what the app needs and no more. */
  readonly scopes?: readonly Scope[] | undefined;
  /** Where tokens are kept: in memory unless given. One store holds one sign-in. */
  readonly store?: TokenStore | undefined;
  /** The time in milliseconds since 1970, for tests of expiry. */
  readonly now?: (() => number) | undefined;
}

/** How one sign-in begins. */
export interface StartOptions {
  /** In place of that of the app, such as one with the port that was free (RFC 8252). */
  readonly redirectUri?: string | undefined;
  /** Further parameters for the authorization server, such as `prompt` or `login_hint`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/** What has to be kept from the way out to the way back: strings, for the session of the person who signs in. */
export interface PendingSignIn {
  readonly state: string;
  /** Secret until the sign-in is finished. */
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** What was asked for, separated by spaces. */
  readonly scope: string;
}

/** A sign-in that has begun. */
export interface StartedSignIn extends PendingSignIn {
  /** Send the person there. */
  readonly url: string;
}

/** What somebody has signed in for. Nothing in it is secret. */
export interface Grant {
  /** What the tokens may be used for, which may be less than was asked for. */
  readonly scopes?: readonly string[] | undefined;
  /** When the access token expires, in milliseconds since 1970; it is replaced in time. */
  readonly expiresAt?: number | undefined;
}

/** One sign-in to the API. It shows no secret, however it is printed. */
export interface OAuth {
  /** For a client's `auth`: a fresh access token for each attempt, replaced when the API refuses it. */
  readonly token: SecretSource;
  /** Begins a sign-in: send the person to `url`, and keep the rest for {@link OAuth.finish}. */
  start(options?: StartOptions): Promise<StartedSignIn>;
  /**
   * Finishes a sign-in with the URL that the person came back with.
   *
   * @throws OAuthError when it was refused, or does not belong to what was started.
   */
  finish(callback: string | URL, pending: PendingSignIn): Promise<Grant>;
  /** What the present sign-in may be used for; undefined: nobody is signed in. */
  grant(): Promise<Grant | undefined>;
  /** Revokes the tokens where the server offers it (RFC 7009), and forgets them in any case. */
  signOut(): Promise<void>;
}

/** An app that registers itself (RFC 7591). */
export interface RegistrationOptions<Scope extends string = string> extends ServerOptions {
  /** What people are shown when they are asked to approve. */
  readonly clientName: string;
  readonly redirectUris: readonly string[];
  readonly scopes?: readonly Scope[] | undefined;
  /** Whether the app can keep a secret; `false` unless given. */
  readonly isConfidential?: boolean | undefined;
  /** Further metadata in the words of RFC 7591, such as `logo_uri`. */
  readonly metadata?: Readonly<Record<string, string | readonly string[]>> | undefined;
}
