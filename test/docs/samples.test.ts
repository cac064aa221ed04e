import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startSandboxProcess, type SandboxProcess } from "../support/sandbox-process.js";
import { scratchFolder } from "../support/scratch.js";
import { pagesIn } from "./site.js";

const run = promisify(execFile);

/** Samples that need a state in which the seeded workspace is not for its owner: another member's sessions and worker. */
const NEEDS_ANOTHER_STATE = new Set(
  [
    "fetchAgentSession listActivities answerAgentSession archiveAgentSession cancelAgentSession claimSession",
    "retryAgentSession createActivity awaitClaimInput completeClaim failClaim heartbeatClaim releaseClaim",
    "fetchWorker heartbeatWorker deregisterWorker",
    // The owner is not the one who was invited; the seeded webhook is switched off; the date must lie ahead.
    "acceptTeamInvite redeliverWebhook snoozeTask",
  ].flatMap((names) => names.split(" ")),
);

interface Sample {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly curl: string;
  readonly typescript: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** What a reader copies from a page. */
function shownIn(html: string, label: string): string {
  const marked = new RegExp(`data-sample="${label}"[^]*?<code>([^]*?)</code>`).exec(html)?.[1] ?? "";
  return marked
    .replace(/<[^<>]*>/g, "")
    .replace(/&(amp|lt|gt|quot);/g, (_, name: string) => ENTITIES[name] ?? "");
}

const RANKS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The samples of all operations: what reads first, what deletes last, and parts before what they are parts of. */
const samples = [...pagesIn(resolve("generated/docs"))]
  .filter(([path]) => path.startsWith("operations/"))
  .map(([path, html]): Sample => {
    const id = path.slice("operations/".length, -".html".length);
    const curl = shownIn(html, "curl");
    const method = /^curl -s (?:-X (\w+) )?/.exec(curl)?.[1] ?? "GET";
    return {
      id,
      method,
      path: /BASE_URL([^"]*)/.exec(curl)?.[1] ?? "",
      curl,
      typescript: shownIn(html, "TypeScript"),
    };
  })
  .sort((a, b) => {
    const rank = RANKS.indexOf(a.method) - RANKS.indexOf(b.method);
    return rank !== 0 || a.method !== "DELETE" ? rank : b.path.split("/").length - a.path.split("/").length;
  });
const runnable = samples.filter(({ id }) => !NEEDS_ANOTHER_STATE.has(id));

function environment({ baseUrl, apiKey, accessToken }: SandboxProcess): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    WORKSPACE_BASE_URL: baseUrl,
    WORKSPACE_API_KEY: apiKey,
    WORKSPACE_ACCESS_TOKEN: accessToken,
  };
}

describe("the samples of the operations", () => {
  let sandbox: SandboxProcess;
  beforeAll(async () => {
    sandbox = await startSandboxProcess(["--no-rate-limits"]);
  });
  afterAll(() => sandbox.end("SIGKILL"));

  it("are there for each operation, in both languages", () => {
    expect(samples.length).toBeGreaterThan(100);
    expect(samples.filter(({ curl, typescript }) => curl === "" || typescript === "")).toEqual([]);
  });

  it("succeed by curl, in a shell that has only what the sandbox prints", async () => {
    const env = environment(sandbox);
    const failed: string[] = [];
    for (const { id, curl } of runnable) {
      const script = curl.replace(/^curl -s/, `curl -s -w '\\n%{http_code}'`);
      const { stdout } = await run("bash", ["--norc", "-euc", script], { env });
      if (!/^(2\d\d|302)$/.test(stdout.trim().split("\n").at(-1) ?? ""))
        failed.push(`${id}: ${stdout.slice(0, 300)}`);
    }
    expect(failed).toEqual([]);
  }, 300_000);

  it("succeed in TypeScript", async () => {
    const fresh = await startSandboxProcess(["--no-rate-limits"]);
    const folder = scratchFolder();
    const modules = runnable.map(({ id, typescript }) => {
      const file = join(folder, `${id}.mjs`);
      writeFileSync(file, typescript);
      return file;
    });
    const main = join(folder, "main.mjs");
    writeFileSync(
      main,
      `const failed = [];
       const { log } = console;
       console.log = () => {};
       for (const file of ${JSON.stringify(modules)}) await import(file).catch((error) => failed.push(file + " " + error));
       log(JSON.stringify(failed));`,
    );
    const { stdout } = await run(process.execPath, [main], { env: environment(fresh), cwd: resolve(".") });
    await fresh.end("SIGKILL");
    expect(JSON.parse(stdout)).toEqual([]);
  }, 300_000);

  it("compile, all of them, under strict settings", () => {
    const folder = scratchFolder();
    const files = samples.map(({ id, typescript }) => {
      const file = join(folder, `${id}.mts`);
      writeFileSync(file, `${typescript}\nexport {};\n`);
      return file;
    });
    const program = ts.createProgram(files, {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ["node"],
    });
    const found = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      return `${file?.fileName.split("/").at(-1) ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
    expect(found).toEqual([]);
  }, 300_000);
});
