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
async function statusesOf(
  { baseUrl, apiKey }: Pick<SandboxProcess, "baseUrl" | "apiKey">,
  calls: number,
): Promise<number[]> {
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

describe("settings of a deployment", () => {
  it("are taken from flags and from the environment, and shown", async () => {
    const { baseUrl, apiKey, url } = await start(["--max-body", "100", "--rate-limits", "burst=2"], {
      SANDBOX_PUBLIC_URL: "https://api.example.com",
    });
    const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
    const body = JSON.stringify({ title: "x".repeat(120), userId: "u_bo" });
    const tooLarge = await fetch(`${baseUrl}/workspaces/current/tasks`, { method: "POST", headers, body });
    expect(tooLarge.status).toBe(413);
    expect(tooLarge.headers.get("ratelimit-policy")).toMatch(/^"burst";q=2;/);
    expect(await statusesOf({ baseUrl, apiKey }, 2)).toEqual([200, 429]);
    const metadata = await fetch(`${url}/.well-known/oauth-authorization-server`);
    expect(await metadata.json()).toMatchObject({ issuer: "https://api.example.com" });
  });
});
