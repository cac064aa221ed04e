import type { SecurityScheme } from "./auth.js";
import type { Emit } from "./events.js";
import type { FetchOptions, Send } from "./layer.js";
import type { ApiPolicy } from "./policy.js";
import type { OpenLearning } from "./rate-limit-store.js";
import type { WindowSnapshot } from "./rate-limiter.js";

export type { ApiOptions } from "./options.js";

/** An API as its spec states it. Emitted once for each client. */
export interface ApiDefinition {
  /** The package that this is part of. */
  readonly name: string;
  readonly version: string;
  /** The base URL, where the spec has one. */
  readonly server?: string;
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  readonly policy: ApiPolicy;
  /** What limits are learned with: only where the spec states no windows, so that others need not ship it. */
  readonly learning?: OpenLearning;
  /** Values of parameters that clients fill in; options of the same name come first. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Loads the catalogue of error codes, when the first error needs it. */
  readonly errorCodes?: () => Promise<ErrorCatalogue>;
}

/** Error codes, each with its status and what to do about it. */
export type ErrorCatalogue = Readonly<Record<string, { readonly status: number; readonly remedy: string }>>;

/** What operations are called with: an API's behaviour. It shows no secret, however it is printed. */
export interface Api {
  readonly baseUrl: string;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly maxRetries: number | undefined;
  readonly fetchOptions?: FetchOptions | undefined;
  /** Sends the request of a call with the client's credentials, limits and retries. */
  readonly send: Send;
  /**
   * Sends any request likewise, to an absolute URL. Its method, URL, headers, body and signal count. The body of a
   * `Request` is read before it leaves, so that it can be repeated; a stream in `init` is sent as it comes, once.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  readonly emit: Emit;
  /** Takes this client's secrets out of a text. */
  redact(text: string): string;
  /** The catalogue of error codes; empty where the spec has none. */
  errorCodes(): Promise<ErrorCatalogue>;
  /** When a refusal says to try again, in milliseconds. */
  retryAfterMs(response: Response, body?: unknown): number | undefined;
  readonly rateLimit: RateLimitStatus;
}

/** How full the rate-limit windows are. */
export interface RateLimitStatus {
  /** The windows now: what is used and free, and how many milliseconds until the next request could leave. */
  snapshot(): WindowSnapshot[];
  /** Ends every pause, and forgets what was used and learned: for when a server told a delay that was wrong. */
  reset(): void;
}
