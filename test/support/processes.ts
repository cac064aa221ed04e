import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import { build } from "esbuild";
import { afterAll } from "vitest";

import type { Job, Outcome } from "./limited-process.js";

/** A real process with a client of its own. */
export interface LimitedProcess {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

const children: ChildProcess[] = [];

// Stated here, since what a hook states within another hook is never run.
afterAll(() => children.forEach((child) => child.kill("SIGKILL")));

/** Builds what the processes run in a folder; gives back what starts one. */
export async function limitedProcesses(folder: string): Promise<(job: Job) => LimitedProcess> {
  const file = join(folder, "process.cjs");
  await build({
    entryPoints: ["test/support/limited-process.ts"],
    bundle: true,
    platform: "node",
    outfile: file,
    logLevel: "error",
  });
  return (job) => {
    const child = fork(file);
    children.push(child);
    const outcome = new Promise<Outcome>((resolve, reject) => {
      child.once("message", (message) => {
        // It is what the process sends, and nothing else.
        resolve(message as Outcome);
        child.disconnect();
      });
      child.once("exit", (code) => reject(new Error(`The process ended with ${code}.`)));
    });
    outcome.catch(() => {});
    child.send(job);
    return { child, outcome };
  };
}
