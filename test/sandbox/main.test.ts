import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { afterEach, describe, expect, it } from "vitest";

interface Ready {
  readonly url: string;
  readonly baseUrl: string;
  readonly apiKey: string;
}

const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-main-"));
  folders.push(folder);
  return folder;
}

function run(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ["sandbox/dist/main.js", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

async function textOf(stream: ChildProcess["stderr"]): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

/** Starts a sandbox on any free port and waits for its ready line. */
async function start(
  ...args: readonly string[]
): Promise<Ready & { child: ChildProcess; log: Promise<string> }> {
  const child = run("--json", "--port", "0", ...args);
  const log = textOf(child.stderr);
  if (!child.stdout) throw new Error("The sandbox has no output.");
  for await (const line of createInterface(child.stdout)) {
    return { ...(JSON.parse(line) as Ready), child, log };
  }
  throw new Error(`The sandbox ended: ${await log}`);
}

describe("the command", () => {
  it("loses nothing that was acknowledged when it is killed, and takes up its data again", async () => {
    const data = newFolder();
    const first = await start("--data", data, "--clock", "1000");
    const headers = { authorization: `Bearer ${first.apiKey}`, "content-type": "application/json" };
    const acknowledged: string[] = [];
    const write = async (): Promise<void> => {
      for (let count = 0; ; count += 1) {
        const body = JSON.stringify({ title: `Task ${count}`, userId: "u_bo" });
        const response = await fetch(`${first.baseUrl}/workspaces/current/tasks`, {
          method: "POST",
          headers,
          body,
        });
        if (response.status !== 201) continue;
        acknowledged.push(((await response.json()) as { taskId: string }).taskId);
        if (acknowledged.length === 40) first.child.kill("SIGKILL");
      }
    };
    await Promise.allSettled([write(), write(), write()]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(40);

    const second = await start("--data", data, "--clock", "1000");
    expect(second.apiKey).toBe(first.apiKey);
    for (const id of acknowledged) {
      const read = async (): Promise<number> =>
        (await fetch(`${second.baseUrl}/workspaces/current/tasks/${id}`, { headers })).status;
      // Windows pass a thousand times as fast here.
      await expect.poll(read, { timeout: 10_000 }).toBe(200);
    }

    const third = run("--data", data);
    expect(await textOf(third.stderr)).toContain(`is in use by process ${second.child.pid}`);
    expect(third.exitCode ?? (await once(third, "exit"))[0]).toBe(1);

    second.child.kill("SIGTERM");
    expect((await once(second.child, "exit"))[0]).toBe(0);
    const log = await second.log;
    expect(log).not.toContain(first.apiKey);
    for (const line of log.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("time");

    const fresh = await start("--data", data, "--fresh");
    const response = await fetch(`${fresh.baseUrl}/workspaces/current/tasks/${acknowledged[0]}`, { headers });
    expect(response.status).toBe(404);
  });

  it("removes nothing that is not its own", async () => {
    const data = newFolder();
    writeFileSync(join(data, "thesis.txt"), "mine");
    const child = run("--data", data, "--fresh");
    expect(await textOf(child.stderr)).toContain("thesis.txt, which is not a sandbox's");
  });

  it("ends when it cannot begin", async () => {
    const first = await start();
    const { port } = new URL(first.url);
    const second = run("--port", port);
    expect(await textOf(second.stderr)).toContain("EADDRINUSE");
    expect(second.exitCode ?? (await once(second, "exit"))[0]).toBe(1);
  });

  it("refuses what it cannot use, with a remedy", async () => {
    expect(await textOf(run("--clock", "0").stderr)).toContain("Give a number above 0");
    expect(await textOf(run("--port", "x").stderr)).toContain("Give a whole number");
  });
});
