/** What a sign-in gave. It is plain data, to be kept as JSON where nobody else can read it. */
export interface Tokens {
  readonly accessToken: string;
  /** Absent: when the access token has expired, a person has to sign in again. */
  readonly refreshToken?: string | undefined;
  /** When the access token expires, in milliseconds since 1970; absent: the server does not say. */
  readonly expiresAt?: number | undefined;
  /** From when on it is to be replaced, somewhat before it expires. */
  readonly refreshAt?: number | undefined;
  /** What the tokens may be used for, which may be less than was asked for. */
  readonly scopes?: readonly string[] | undefined;
}

/** Keeps the tokens of one sign-in: {@link createMemoryStore}, {@link createFileStore}, or yours. */
export interface TokenStore {
  /** Undefined: nobody is signed in. */
  load(): Tokens | undefined | Promise<Tokens | undefined>;
  /** Replaces what was saved before; undefined: forgets it. */
  save(tokens: Tokens | undefined): void | Promise<void>;
  /**
   * Runs `work` while nobody else who shares the store runs theirs. A store that several processes share needs it,
   * such as a row lock of a database: a refresh token can be used only once. `signal` ends the wait, not the work.
   */
  exclusive?<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Keeps tokens in memory: they are gone with the process. */
export function createMemoryStore(tokens?: Tokens): TokenStore {
  const exclusive = createMutex();
  return {
    load: () => tokens,
    save(changed) {
      tokens = changed;
    },
    exclusive,
  };
}

/** Runs one piece of work after the other. */
export function createMutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}
