import { fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

/** What the process of a server tells when it is ready. */
export interface Ready {
  readonly url: string;
  /** The secret of an API key. */
  readonly token?: string;
}

/** A server in a process of its own, so that the load does not count as its work. */
export interface Served extends Ready {
  /** The user and system time that its process has used. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** Which server to start: a bare Hono route, the generated contract around stubs, or the sandbox on a database. */
export type Kind = "bare" | "contract" | "sandbox";

export async function startServer(kind: Kind, databaseUrl?: string): Promise<Served> {
  const child = fork(resolve("scripts/bench/sandbox-server.ts"), [kind], {
    env: { ...process.env, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) },
  });
  const exited = once(child, "exit");
  const message = async <Message>(): Promise<Message> => {
    const [told]: Message[] = await Promise.race([once(child, "message"), exited.then(() => [])]);
    if (told === undefined) throw new Error(`The ${kind} server ended before its time.`);
    return told;
  };
  return {
    ...(await message<Ready>()),
    cpuMs() {
      child.send("usage");
      return message<number>();
    },
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}
