import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

import { afterEach, expect, it } from "vitest";

import { AgentServer } from "./agent-server.js";

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(url: string, kind: string): { child: ChildProcess; ended: Promise<unknown[]> } {
  const file = resolve("test/additions/agent-child.ts");
  const child = spawn(process.execPath, ["--import", "tsx", file, url, kind], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push(child);
  return { child, ended: once(child, "exit") };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setTimeout(done, 5));
}

it("ends at SIGTERM when its session has come to its end, and takes no other", async () => {
  const server = await new AgentServer(() => Date.now()).start();
  const session = server.queue();
  const { child, ended } = start(server.url, "patient");
  await until(() => session.state === "awaiting_input");
  server.queue();
  child.kill("SIGTERM");
  const calls = server.calls.length;
  await until(() => server.calls.length > calls + 2);
  expect(child.exitCode).toBeNull();
  Object.assign(session, { state: "active", answer: "Go on." });
  expect(await ended).toEqual([0, null]);
  expect(server.log).toEqual([
    "register",
    "claim ses_1",
    "report ses_1 Begun.",
    "await-input ses_1",
    "complete ses_1 Go on.",
    "deregister",
  ]);
});

it("ends at SIGTERM after its grace, and gives back what its handler does not let go of", async () => {
  const server = await new AgentServer(() => Date.now()).start();
  server.queue();
  const { child, ended } = start(server.url, "deaf");
  await until(() => server.log.includes("report ses_1 Begun."));
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(server.log.slice(-2)).toEqual(["release ses_1 The worker stops.", "deregister"]);
  expect(server.sessions.get("ses_1")?.state).toBe("queued");
});
