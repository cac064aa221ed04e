import { codeOf, type NodeHost } from "./node-files.js";

/** Work under the lock takes half a minute at most; whoever holds it for longer has hung, or runs elsewhere and died. */
const STALE_MS = 90_000;
/** The guard is held within one turn of the event loop. */
const GUARD_STALE_MS = 10_000;
const POLL_MS = 25;

interface Holder {
  readonly pid: number;
  readonly hostname: string;
  readonly id: string;
  readonly since: number;
}

/**
 * Runs work while no other process holds the lock file. A lock whose holder has died is taken over.
 *
 * @throws the signal's reason when it aborts before the lock is had.
 */
export async function withFileLock<T>(
  host: NodeHost,
  path: string,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { pid, hostname } = host;
  const id = crypto.randomUUID();
  signal.throwIfAborted();
  while (!tryLock(host, path, { pid, hostname, id, since: Date.now() })) {
    await pause(POLL_MS * (0.5 + Math.random()), signal);
  }
  try {
    return await work();
  } finally {
    // It may have been taken over, if this process was stopped for long.
    if (holderOf(host, path)?.id === id) host.files.rmSync(path, { force: true });
  }
}

function tryLock(host: NodeHost, path: string, holder: Holder): boolean {
  if (create(host, path, holder)) return true;
  const present = holderOf(host, path);
  if (!present || !isStale(host, present, STALE_MS)) return false;
  // Two that find a stale lock must not remove each other's new one: a guard lets one at a time look again.
  const guard = `${path}.guard`;
  if (!create(host, guard, holder)) {
    const other = holderOf(host, guard);
    if (other && isStale(host, other, GUARD_STALE_MS)) host.files.rmSync(guard, { force: true });
    return false;
  }
  try {
    if (holderOf(host, path)?.id !== present.id) return false;
    host.files.rmSync(path, { force: true });
    return create(host, path, holder);
  } finally {
    host.files.rmSync(guard, { force: true });
  }
}

/** Makes the file, whole or not at all; false: there is one. */
function create({ files }: NodeHost, path: string, holder: Holder): boolean {
  const draft = `${path}.${holder.id}`;
  files.writeFileSync(draft, JSON.stringify(holder), { flag: "wx", mode: 0o600, flush: false });
  try {
    files.linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    files.rmSync(draft, { force: true });
  }
}

function holderOf({ files }: NodeHost, path: string): Holder | undefined {
  try {
    // Written by create() alone.
    return JSON.parse(files.readFileSync(path, "utf8")) as Holder;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isStale({ hostname, isRunning }: NodeHost, holder: Holder, afterMs: number): boolean {
  const isGone = holder.hostname === hostname && !isRunning(holder.pid);
  return isGone || Math.abs(Date.now() - holder.since) > afterMs;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
