import { spawn } from "node:child_process";
import { resolve } from "node:path";

/** How a command ended, and what it said. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = resolve("dist/cli/main.js");

/** Runs the compiled `specwright` as users do, in a folder. */
export function specwright(folder: string, ...args: readonly string[]): Promise<CommandResult> {
  return run(process.execPath, [MAIN, ...args], folder);
}

export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  return new Promise((done, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
}

export const MAIN_FILE = MAIN;
