import { isApiError } from "../runtime/errors.js";
import { TokenStoreError } from "./errors.js";
import { codeOf } from "./node-files.js";
import { createMutex, type Tokens, type TokenStore } from "./store.js";

/** A token store whose failures lose no tokens, and show none. */
export interface SafeStore {
  /** What was last to be saved, even if the store did not take it. */
  load(): Promise<Tokens | undefined>;
  save(tokens: Tokens | undefined): Promise<void>;
  exclusive<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** False: the last tokens are in memory alone. */
  isSaved(): boolean;
}

/** Wraps a store. What it failed to save is kept, and saved before anything else is done. */
export function createSafeStore(store: TokenStore): SafeStore {
  let unsaved: { readonly tokens: Tokens | undefined } | undefined;
  const mutex = createMutex();

  async function save(tokens: Tokens | undefined): Promise<void> {
    unsaved = { tokens };
    await shielded(() => store.save(tokens));
    unsaved = undefined;
  }

  return {
    async load() {
      if (unsaved) await save(unsaved.tokens);
      return shielded(() => store.load());
    },
    save,
    exclusive: (work, signal) =>
      shielded(() => (store.exclusive ? store.exclusive(work, signal) : mutex(work))),
    isSaved: () => unsaved === undefined,
  };
}

/** Errors of a store may hold what it was to keep. */
async function shielded<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isApiError(error)) throw error;
    throw new TokenStoreError(`the token store failed (${codeOf(error) || "see its own log"})`);
  }
}
