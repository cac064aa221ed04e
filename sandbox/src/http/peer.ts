/** What a server knows of who sent a request; a call within the process has none. */
export interface Peer {
  /** Where it comes from. */
  readonly address?: string | undefined;
  /** Aborted once nobody waits for the answer any more. Made when it is asked for. */
  readonly left?: (() => AbortSignal) | undefined;
}
