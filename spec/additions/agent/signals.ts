/** The process of Node, as far as it is used; the package does not depend on it. */
interface SignalSource {
  once?(name: string, listener: () => void): unknown;
  off?(name: string, listener: () => void): unknown;
}

/**
 * Calls back at the first of the process's signals, each once: who asks again wants the process to end now, which is what
 * it does without a listener. Returns what takes the listeners away.
 */
export function onSignals(names: readonly string[], listener: () => void): () => void {
  const process: SignalSource | undefined = Reflect.get(globalThis, "process");
  for (const name of names) process?.once?.(name, listener);
  return () => {
    for (const name of names) process?.off?.(name, listener);
  };
}
