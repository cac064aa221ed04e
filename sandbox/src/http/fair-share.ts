/** A place among the requests of one credential that are worked on. */
export interface Place {
  /** Gives the place to the next, while this one waits for something else. */
  leave(): void;
  /** Takes a place again, once there is one. */
  enter(): Promise<void>;
}

/**
 * Works on so many requests of one credential at a time; the others wait for their turn, the first to come first. So no
 * credential can take all connections to the database, however expensive its requests are.
 */
export class FairShare {
  readonly #most: number;
  readonly #working = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(most: number) {
    this.#most = Math.max(1, most);
  }

  async enter(credential: string): Promise<Place> {
    const place: Place = {
      leave: () => this.#leave(credential),
      enter: () => this.#enter(credential),
    };
    await place.enter();
    return place;
  }

  async #enter(credential: string): Promise<void> {
    const working = this.#working.get(credential) ?? 0;
    if (working < this.#most) {
      this.#working.set(credential, working + 1);
      return;
    }
    const queue = this.#waiting.get(credential) ?? [];
    this.#waiting.set(credential, queue);
    await new Promise<void>((resolve) => queue.push(resolve));
  }

  #leave(credential: string): void {
    const queue = this.#waiting.get(credential);
    const next = queue?.shift();
    if (queue?.length === 0) this.#waiting.delete(credential);
    if (next) return next();
    const working = (this.#working.get(credential) ?? 1) - 1;
    if (working === 0) this.#working.delete(credential);
    else this.#working.set(credential, working);
  }
}
