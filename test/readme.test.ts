import { execFile, spawn, type ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { decideOn } from "./sandbox/story/browser.js";
import { runSandbox } from "./support/sandbox-process.js";
import { scratchFolder } from "./support/scratch.js";

/** The contents of a README's code blocks in one language. */
function blocksOf(language: string, path = "README.md"): string[] {
  const readme = readFileSync(path, "utf8");
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(
    ([, code]) => code ?? "",
  );
}

/** The lines with which a sandbox that runs tells another terminal where it is. */
async function exportsOf(child: ChildProcess): Promise<string> {
  let printed = "";
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    if (printed.includes("curl ")) break;
  }
  return (printed.match(/^ *export .*$/gm) ?? []).join("\n");
}

describe("beside a sandbox that runs", () => {
  let child: ChildProcess;
  let settings: string;
  beforeAll(async () => {
    child = runSandbox(["--port", "0"]);
    child.stderr?.resume();
    settings = await exportsOf(child);
  });
  afterAll(() => void child.kill("SIGKILL"));

  /** What a terminal shows after some lines. */
  async function shown(lines: string): Promise<string> {
    const { stdout } = await promisify(execFile)("bash", ["-euc", `${settings}\n${lines}`]);
    return stdout;
  }

  it("its curl lines do what it says", async () => {
    const [me = "", make = ""] = blocksOf("sh").filter((block) => block.includes("curl"));
    expect(await shown(me)).toBe(blocksOf("json")[0]?.trimEnd());
    const [creation = "", search = ""] = make.split(/\n(?=curl)/);
    const first = await shown(creation);
    expect(JSON.parse(first)).toMatchObject({ title: "Ship it", userId: "u_ada", status: "open" });
    expect(await shown(creation)).toBe(first);
    const { results } = JSON.parse(await shown(search));
    expect(results).toMatchObject([{ taskId: JSON.parse(first).taskId }]);
  });

  it("its example prints what it says", async () => {
    const file = join(scratchFolder(), "example.mjs");
    writeFileSync(file, blocksOf("ts")[0] ?? "");
    const printed = await shown(`${process.execPath} ${file}`);
    expect(printed.replace(/req_\w+/, "req_…")).toBe(blocksOf("text")[0]?.replace(/req_\w+/, "req_…"));
  });

  it("the sandbox's example signs in whoever is chosen on the consent page", async () => {
    const file = join(scratchFolder(), "sign-in.mjs");
    writeFileSync(file, blocksOf("ts", "sandbox/README.md")[0] ?? "");
    const [, baseUrl = ""] = /WORKSPACE_BASE_URL=(.*)/.exec(settings) ?? [];
    const signIn = spawn(process.execPath, [file], {
      env: { ...process.env, WORKSPACE_BASE_URL: baseUrl },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    for await (const chunk of signIn.stdout) {
      const [, url] = /Open (.*)\n/.exec((printed += String(chunk))) ?? [];
      if (url === undefined || printed.includes("Ada")) continue;
      await fetch(await decideOn(url, { person: "Ada", button: "allow" }));
    }
    expect(printed).toMatch(/\nAda Winter\n$/);
  });
});

it("the sandbox's example runs it in process", async () => {
  const file = join(scratchFolder(), "in-process.mjs");
  writeFileSync(file, blocksOf("js", "sandbox/README.md")[0] ?? "");
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  expect(stdout).toBe("8\n");
});

it("names commands that exist", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const named = blocksOf("sh").flatMap((block) =>
    [...block.matchAll(/npm (?:run )?(\w+)/g)].map(([, name]) => name ?? ""),
  );
  const own = new Set(named.filter((name) => name !== "ci"));
  expect(own.size).toBeGreaterThan(1);
  for (const name of own) expect(scripts).toHaveProperty(name);
});

it("is what CI runs", () => {
  const line = blocksOf("sh").find((block) => block.includes("npm test")) ?? "";
  const ci = readFileSync(".ci/run", "utf8");
  for (const command of line.trim().split(" && ")) expect(ci).toContain(command);
});
