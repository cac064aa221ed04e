import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A sandbox that runs as a process of its own, as people run it. */
export interface SandboxProcess {
  readonly url: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly accessToken: string;
  readonly child: ChildProcess;
  /** All that it logged, once it has ended. */
  readonly log: Promise<string>;
  /** Ends it with a signal, and waits until it is gone. Gives the exit code, which a killed process has not. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

/** Runs the command. */
export function runSandbox(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, ["sandbox/dist/main.js", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
}

/** Runs the command on any free port, and waits for its ready line. */
export async function startSandboxProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<SandboxProcess> {
  const child = runSandbox(["--json", "--port", "0", ...args], env);
  const log = textOf(child.stderr);
  const end: SandboxProcess["end"] = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exit = once(child, "exit");
    child.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  };
  if (!child.stdout) throw new Error("The sandbox has no output.");
  for await (const line of createInterface(child.stdout)) {
    return {
      ...(JSON.parse(line) as Pick<SandboxProcess, "url" | "baseUrl" | "apiKey" | "accessToken">),
      child,
      log,
      end,
    };
  }
  throw new Error(`The sandbox ended: ${await log}`);
}

export async function textOf(stream: ChildProcess["stderr"]): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}
