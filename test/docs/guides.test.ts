import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startSandboxProcess, type SandboxProcess } from "../support/sandbox-process.js";
import { scratchFolder } from "../support/scratch.js";

const FOLDER = "spec/guides";
const samples = readdirSync(FOLDER)
  .sort()
  .flatMap((name) => {
    const text = readFileSync(join(FOLDER, name), "utf8");
    return [...text.matchAll(/^```(sh|ts)\n([^]*?)^```/gm)].map(([, language = "", code = ""], index) => {
      return { name: `${name} ${index + 1} (${language})`, language, code };
    });
  });

/** What a sample of each guide shows, where its own words promise something. */
const PROMISES: Readonly<Record<string, RegExp>> = {
  "04-errors.md 1 (sh)": /"code":"task_not_found"/,
  "04-errors.md 2 (ts)": /^task_not_found 404 true$/m,
  "04-errors.md 3 (ts)": /^There is no such task\.$/m,
  "06-concurrency-and-caching.md 1 (sh)": /^304$/m,
  "06-concurrency-and-caching.md 2 (ts)": /^coupons$/m,
  "08-webhooks.md 2 (ts)": /^401$/m,
  "10-local-agent.md 1 (ts)": /claimed[^]*completed[^]*stopped/,
  "12-testing.md 1 (sh)": /^503$/m,
  "12-testing.md 2 (ts)": /^false 500$/m,
};

describe("the samples of the guides, in a shell that has only what the sandbox prints", () => {
  let sandbox: SandboxProcess;
  let env: Record<string, string>;
  const folder = scratchFolder();

  beforeAll(async () => {
    sandbox = await startSandboxProcess(["--no-rate-limits"]);
    env = {
      PATH: process.env["PATH"] ?? "",
      WORKSPACE_BASE_URL: sandbox.baseUrl,
      WORKSPACE_API_KEY: sandbox.apiKey,
      WORKSPACE_ACCESS_TOKEN: sandbox.accessToken,
    };
  });
  afterAll(() => sandbox.end("SIGKILL"));

  it.each(samples)("$name runs", async ({ name, language, code }) => {
    const file = join(folder, `${name.replace(/\W+/g, "-")}.mjs`);
    if (language === "ts") writeFileSync(file, code);
    const [command, args] =
      language === "ts" ? [process.execPath, [file]] : ["bash", ["--norc", "-euc", code]];
    const { stdout, stderr } = await promisify(execFile)(command, args, {
      env,
      cwd: resolve("."),
      timeout: 30_000,
    });
    expect(stderr).toBe("");
    expect(stdout).not.toBe("");
    const promise = PROMISES[name];
    if (promise) expect(stdout).toMatch(promise);
    else expect(stdout).not.toMatch(/"status":[45]\d\d/);
  });
});
