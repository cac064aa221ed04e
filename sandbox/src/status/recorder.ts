/** A request that was answered, without its query and its body. */
export interface Answered {
  readonly time: Date;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly requestId: string | undefined;
  readonly operation: string | undefined;
  /** The id of the API key or of the grant, never the secret. */
  readonly credential: string | undefined;
  /** The `RateLimit` field of the response. */
  readonly rateLimit: string | null;
}

const KEPT = 50;

/** Remembers the last requests of this process, and what each credential has left. */
export class Recorder {
  readonly #requests: Answered[] = [];
  readonly #limits = new Map<string, Answered>();

  readonly record = (request: Answered): void => {
    this.#requests.unshift(request);
    this.#requests.length = Math.min(this.#requests.length, KEPT);
    const { credential } = request;
    if (credential === undefined || request.rateLimit === null) return;
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

  /** The last request of each credential, the latest first. */
  limits(): readonly Answered[] {
    return [...this.#limits.values()].reverse();
  }
}
