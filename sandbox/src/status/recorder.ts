import type { LimitWindow } from "./rate-limit-fields.js";

/** A request that was answered, without its query and its body. */
export interface Answered {
  readonly time: Date;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly requestId?: string | undefined;
  readonly operation?: string | undefined;
  /** The id of the API key or of the grant, never the secret. */
  readonly credential?: string | undefined;
  /** Why it failed: a code of the API, and in words. */
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  /** What `X-Sandbox-Fault` asked for. */
  readonly fault?: string | undefined;
  /** Whether the connection ended without an answer. */
  readonly dropped?: boolean;
  readonly rateLimits: readonly LimitWindow[];
}

const KEPT = 50;

/** Remembers the last requests of this process, those that failed for longer, and what each credential has left. */
export class Recorder {
  readonly #requests: Answered[] = [];
  readonly #failures: Answered[] = [];
  readonly #limits = new Map<string, Answered>();

  readonly record = (request: Answered): void => {
    keep(this.#requests, request);
    if (hasFailed(request)) keep(this.#failures, request);
    const { credential, rateLimits } = request;
    if (credential === undefined || rateLimits.length === 0) return;
    // Deleted first, so that the map stays in the order of use and the eldest can be dropped.
    this.#limits.delete(credential);
    this.#limits.set(credential, request);
    const [eldest] = this.#limits.keys();
    if (this.#limits.size > KEPT && eldest !== undefined) this.#limits.delete(eldest);
  };

  /** The latest first. */
  requests(): readonly Answered[] {
    return this.#requests;
  }

  /** Those that failed, the latest first. */
  failures(): readonly Answered[] {
    return this.#failures;
  }

  /** The last request of each credential, the latest first. */
  limits(): readonly Answered[] {
    return [...this.#limits.values()].reverse();
  }
}

export function hasFailed({ status, dropped }: Answered): boolean {
  return status >= 400 || dropped === true;
}

function keep(list: Answered[], request: Answered): void {
  list.unshift(request);
  list.length = Math.min(list.length, KEPT);
}
