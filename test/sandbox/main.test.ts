import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import { runSandbox, startSandboxProcess, textOf, type SandboxProcess } from "../support/sandbox-process.js";

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
  const child = runSandbox(args);
  children.push(child);
  return child;
}

async function start(...args: readonly string[]): Promise<SandboxProcess> {
  const started = await startSandboxProcess(args);
  children.push(started.child);
  return started;
}

describe("the command", () => {
  it("loses nothing that was acknowledged when it is killed, and takes up its data again", async () => {
    const data = newFolder();
    const first = await start("--data", data, "--clock", "1000");
    const headers = { authorization: `Bearer ${first.apiKey}`, "content-type": "application/json" };
    const acknowledged: string[] = [];
    let latest = "";
    const write = async (): Promise<void> => {
      for (let count = 0; ; count += 1) {
        const body = JSON.stringify({ title: `Task ${count}`, userId: "u_bo" });
        const response = await fetch(`${first.baseUrl}/workspaces/current/tasks`, {
          method: "POST",
          headers,
          body,
        });
        if (response.status !== 201) continue;
        const task = (await response.json()) as { taskId: string; createdAt: string };
        acknowledged.push(task.taskId);
        if (task.createdAt > latest) latest = task.createdAt;
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
      await expect.poll(read, { timeout: 30_000 }).toBe(200);
    }

    // Its time was an hour or so ahead of the real one, and goes on from there.
    const body = JSON.stringify({ title: "Later", userId: "u_bo" });
    const address = `${second.baseUrl}/workspaces/current/tasks`;
    const later = (await (await fetch(address, { method: "POST", headers, body })).json()) as {
      createdAt: string;
    };
    expect(later.createdAt > latest).toBe(true);

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
});
