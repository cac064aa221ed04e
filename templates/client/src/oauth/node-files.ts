/** The part of Node's `fs` that is used: no types of Node are needed, and no bundler sees an import. */
export interface NodeFiles {
  readFileSync(path: string, encoding: "utf8"): string;
  writeFileSync(path: string, data: string, options: { flag: "wx"; mode: number; flush: boolean }): void;
  linkSync(from: string, to: string): void;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { force: true }): void;
  mkdirSync(path: string, options: { recursive: true; mode: number }): unknown;
}

interface NodeProcess {
  readonly pid: number;
  kill(pid: number, signal: 0): unknown;
  getBuiltinModule?(name: "node:fs"): NodeFiles;
  getBuiltinModule?(name: "node:os"): { hostname(): string };
}

declare const process: NodeProcess | undefined;

/** What files and locks need of Node. */
export interface NodeHost {
  readonly files: NodeFiles;
  readonly pid: number;
  readonly hostname: string;
  /** Whether a process of this machine still runs. */
  isRunning(pid: number): boolean;
}

/** Node, or what behaves like it, such as Deno and Bun; undefined in browsers. */
export function nodeHost(): NodeHost | undefined {
  if (typeof process === "undefined" || !process.getBuiltinModule) return undefined;
  const { pid } = process;
  return {
    files: process.getBuiltinModule("node:fs"),
    hostname: process.getBuiltinModule("node:os").hostname(),
    pid,
    isRunning(other) {
      try {
        process.kill(other, 0);
        return true;
      } catch (error) {
        // A process of another user may not be signalled, but it runs.
        return codeOf(error) === "EPERM";
      }
    },
  };
}

/** The code of a system error, such as ENOENT. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
