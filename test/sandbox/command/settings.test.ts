import { afterEach, describe, expect, it } from "vitest";

import { startSandboxProcess, type SandboxProcess } from "../../support/sandbox-process.js";

const running: SandboxProcess[] = [];

afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.end("SIGKILL");
});

async function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<SandboxProcess> {
  const sandbox = await startSandboxProcess(args, env);
  running.push(sandbox);
  return sandbox;
}

/** The statuses of so many reads by one key, without repeats. */
async function statusesOf({ baseUrl, apiKey }: SandboxProcess, calls: number): Promise<number[]> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const statuses = new Set<number>();
  for (let count = 0; count < calls; count += 1)
    statuses.add((await fetch(`${baseUrl}/me`, { headers })).status);
  return [...statuses];
}

describe("rate limits", () => {
  it.each<[string, string[], Record<string, string>]>([
    ["a flag", ["--no-rate-limits"], {}],
    ["the environment", [], { SANDBOX_NO_RATE_LIMITS: "1" }],
  ])("are switched off by %s", async (_, args, env) => {
    expect(await statusesOf(await start(args, env), 45)).toEqual([200]);
  });
});
