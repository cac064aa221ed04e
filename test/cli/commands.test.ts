import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { MAIN_FILE, run, specwright } from "../support/cli.js";
import { scratchFolder } from "../support/scratch.js";

/** Every file below a folder with its contents. */
function contentsOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

async function initialised(): Promise<string> {
  const folder = scratchFolder();
  expect((await specwright(folder, "init")).code).toBe(0);
  return folder;
}

describe("specwright", () => {
  it.each([
    [[]],
    [["build"]],
    [["check"]],
    [["watch"]],
    [["lint"]],
    [["model"]],
    [["init"]],
    [["completion"]],
  ])("%j --help teaches", async (args) => {
    const { code, stdout } = await specwright(scratchFolder(), ...args, "--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: specwright/);
    expect(stdout.length).toBeGreaterThan(200);
  });

  it("colours only a terminal, and where it is told to", async () => {
    const folder = await initialised();
    expect((await specwright(folder, "lint")).stdout).not.toContain("\u001B[");
    expect((await run(process.execPath, [MAIN_FILE, "lint"], folder, { FORCE_COLOR: "1" })).stdout).toContain(
      "\u001B[",
    );
  });
});

describe("a build", () => {
  it("writes nothing with --dry-run, and says nothing with --quiet", async () => {
    const folder = await initialised();
    expect((await specwright(folder, "build", "--dry-run")).stdout).toMatch(
      /to write, 0 unchanged[^]*dry run/,
    );
    expect(existsSync(join(folder, "client"))).toBe(false);
    const { stdout, stderr, code } = await specwright(folder, "build", "--quiet");
    expect({ stdout, stderr, code }).toEqual({ stdout: "", stderr: "", code: 0 });
    expect(existsSync(join(folder, "client"))).toBe(true);
  });

  it("names the install command of the project's package manager", async () => {
    const folder = await initialised();
    writeFileSync(join(folder, "pnpm-workspace.yaml"), "packages: [client]\n");
    expect((await specwright(folder, "build")).stdout).toMatch(/Next: pnpm install /);
  });
});

describe("a path that is a file where a folder is needed", () => {
  it.each([
    [["init", "afile"], 1],
    [["init", "afile/sub"], 1],
    [["build", "--spec", "openapi.yaml", "--name", "x", "--out", "afile/sub"], 1],
  ])("%j ends with a message", async (args, expected) => {
    const folder = await initialised();
    writeFileSync(join(folder, "afile"), "");
    const { stderr, code } = await specwright(folder, ...args);
    expect(stderr).toMatch(/afile.* has a file where a folder is needed\.\n {2}fix: /);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(expected);
  });
});

describe("a folder that cannot be made", () => {
  it.runIf(existsSync("/proc/self"))("is refused at once", async () => {
    const folder = await initialised();
    const { stderr, code } = await specwright(
      folder,
      "build",
      "--spec",
      "openapi.yaml",
      "--name",
      "x",
      "--out",
      "/proc/x",
    );
    expect(stderr).toContain("/proc/x cannot be created.");
    expect(code).toBe(1);
  });
});

describe("completion", () => {
  it("knows the commands and their options, in a script that the shell takes", async () => {
    const folder = scratchFolder();
    const { stdout } = await specwright(folder, "completion", "bash");
    writeFileSync(
      join(folder, "test.sh"),
      `${stdout}
COMP_WORDS=(specwright bu); COMP_CWORD=1; _specwright; echo "\${COMPREPLY[@]}"
COMP_WORDS=(specwright build --dr); COMP_CWORD=2; _specwright; echo "\${COMPREPLY[@]}"
`,
    );
    expect((await run("bash", ["test.sh"], folder)).stdout).toBe("build\n--dry-run\n");
    expect((await specwright(folder, "completion", "tcsh")).code).toBe(2);
  });
});

describe("model", () => {
  it("prints its own JSON Schema", async () => {
    const { stdout, code } = await specwright(scratchFolder(), "model", "--schema");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ properties: { modelVersion: { const: 1 } } });
  });

  it("can be piped to a reader that stops early", async () => {
    const folder = await initialised();
    const { stderr, stdout } = await run(
      "sh",
      ["-c", `"${process.execPath}" "${MAIN_FILE}" model | head -c 1`],
      folder,
    );
    expect(stderr).toBe("");
    expect(stdout).toBe("{");
  });
});

describe("init, lint, build, check", () => {
  it("take a newcomer from an empty folder to a package", async () => {
    const folder = await initialised();
    expect((await specwright(folder, "lint")).stdout).toContain("Nothing to report");
    const built = await specwright(folder, "build");
    expect(built.stderr).toBe("");
    expect(built.stdout).toMatch(/✓ 3 operations, 4 schemas/);
    expect((await specwright(folder, "check")).code).toBe(0);
    expect(existsSync(join(folder, "client", "src", "operations", "notes.ts"))).toBe(true);
    expect(existsSync(join(folder, "docs", "index.html"))).toBe(true);
  });

  it("init leaves a folder alone that is not empty", async () => {
    const folder = await initialised();
    const { code, stderr } = await specwright(folder, "init");
    expect(code).toBe(2);
    expect(stderr).toMatch(/is not empty/);
  });

  it("a second build writes nothing, and touches nothing", async () => {
    const folder = await initialised();
    await specwright(folder, "build");
    const before = statSync(join(folder, "client", "package.json"));
    const { stdout } = await specwright(folder, "build");
    expect(stdout).toMatch(/Nothing has changed/);
    expect(statSync(join(folder, "client", "package.json")).mtimeMs).toBe(before.mtimeMs);
  });

  it("a build after a change writes what the change touches, and removes what is gone", async () => {
    const folder = await initialised();
    await specwright(folder, "build");
    const spec = join(folder, "openapi.yaml");
    writeFileSync(
      spec,
      readFileSync(spec, "utf8").replaceAll("[Notes]", "[Texts]").replace("name: Notes", "name: Texts"),
    );
    const { stdout } = await specwright(folder, "build", "--json");
    const [client] = JSON.parse(stdout).outputs;
    expect(client.removed).toEqual(["src/operations/notes.ts", "src/resources/notes.ts"]);
    expect(client.written).toContain("src/operations/texts.ts");
    expect(client.written).not.toContain("src/types.ts");
    expect(existsSync(join(folder, "client", "src", "operations", "notes.ts"))).toBe(false);
  });

  it("check names what is not as the spec gives it, and writes nothing", async () => {
    const folder = await initialised();
    await specwright(folder, "build");
    const file = join(folder, "client", "src", "types.ts");
    writeFileSync(file, "edited");
    const { code, stderr } = await specwright(folder, "check");
    expect(code).toBe(1);
    expect(stderr).toMatch(/~ src\/types\.ts/);
    expect(readFileSync(file, "utf8")).toBe("edited");
    expect((await specwright(folder, "build")).stdout).toMatch(
      /overwritten src\/types\.ts had been edited by hand/,
    );
  });

  it("--only makes one artefact", async () => {
    const folder = await initialised();
    await specwright(folder, "build", "--only", "docs");
    expect(existsSync(join(folder, "docs"))).toBe(true);
    expect(existsSync(join(folder, "client"))).toBe(false);
  });

  it("an overlay adds what a spec that one may not edit does not say", async () => {
    const folder = await initialised();
    const overlay = {
      overlay: "1.0.0",
      info: { title: "o", version: "1" },
      actions: [{ target: "$['x-rate-limits'].windows[0]", update: { limit: 7 } }],
    };
    writeFileSync(join(folder, "overlay.json"), JSON.stringify(overlay));
    const { stdout } = await specwright(folder, "model", "--overlay", "overlay.json");
    expect(JSON.parse(stdout).policies.rateLimits.windows).toEqual([
      { name: "burst", limit: 7, windowMs: 60_000 },
    ]);
  });
});

describe("the output", () => {
  it("is the same in another folder, locale and time zone, and from other runs", async () => {
    const [here, there] = [await initialised(), await initialised()];
    await specwright(here, "build");
    const env = { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Pacific/Kiritimati" };
    await run(process.execPath, [MAIN_FILE, "build"], there, env);
    expect(contentsOf(join(there, "client"))).toEqual(contentsOf(join(here, "client")));
    expect(contentsOf(join(there, "docs"))).toEqual(contentsOf(join(here, "docs")));
  });

  it("says nothing of when, where or by which version it was made", async () => {
    const folder = await initialised();
    await specwright(folder, "build");
    const { version } = JSON.parse(readFileSync(resolve("package.json"), "utf8"));
    for (const [name, text] of Object.entries(contentsOf(join(folder, "client")))) {
      expect(text, name).not.toContain(folder);
      expect(text, name).not.toMatch(/20\d\d-\d\d-\d\dT/);
      if (name.endsWith(".ts")) {
        expect(text.split("\n")[0], name).toBe("// Generated by Specwright from openapi.yaml. Do not edit.");
        expect(text, name).not.toContain(version);
      }
    }
  });

  it("is whole, or as it was, when a build is killed", async () => {
    const folder = await initialised();
    await specwright(folder, "build");
    const before = contentsOf(join(folder, "client"));
    const spec = join(folder, "openapi.yaml");
    writeFileSync(
      spec,
      readFileSync(spec, "utf8").replace("Short texts with a title.", "Long texts without one."),
    );
    const finished = join(scratchFolder(), "finished");
    cpSync(folder, finished, { recursive: true });
    await specwright(finished, "build");
    const after = contentsOf(join(finished, "client"));
    for (const delay of [50, 200, 350, 450, 550]) {
      const child = spawn(process.execPath, [MAIN_FILE, "build"], { cwd: folder });
      setTimeout(() => child.kill("SIGKILL"), delay);
      await once(child, "close");
      for (const [name, text] of Object.entries(contentsOf(join(folder, "client")))) {
        if (!name.startsWith(".specwright-staging")) expect([before[name], after[name]]).toContain(text);
      }
    }
    expect((await specwright(folder, "build")).code).toBe(0);
    expect(contentsOf(join(folder, "client"))).toEqual(after);
  });

  it("is refused where nothing can be written", async (context) => {
    const folder = await initialised();
    const disk = join(folder, "disk");
    mkdirSync(disk);
    const mounted = await run("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", disk], folder);
    // Mounting takes the rights of root, for whom no folder is closed otherwise.
    if (mounted.code !== 0) context.skip();
    const build = ["build", "--spec", "openapi.yaml", "--out", "disk/out", "--name", "acme"];
    const { code, stderr } = await specwright(folder, ...build).finally(() => run("umount", [disk], folder));
    expect(code).toBe(1);
    expect(stderr).toMatch(/disk\/out lies on a read-only file system\.\n\s+fix: Choose another folder/);
  });

  it("stays as it was when the disk is full", async (context) => {
    const folder = await initialised();
    const disk = join(folder, "disk");
    mkdirSync(disk);
    const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], folder);
    // Mounting a small disk takes the rights of root.
    if (mounted.code !== 0) context.skip();
    try {
      const { code, stderr } = await specwright(
        folder,
        "build",
        "--spec",
        "openapi.yaml",
        "--out",
        "disk/out",
        "--name",
        "acme",
      );
      expect(code).toBe(1);
      expect(stderr).toMatch(/the disk is full/);
      expect(existsSync(join(disk, "out", "src"))).toBe(false);
      expect(readdirSync(join(disk, "out"))).toEqual([]);
    } finally {
      await run("umount", [disk], folder);
      rmSync(disk, { recursive: true, force: true });
    }
  });
});

/** A command that keeps running, and what it says from one moment to the next. */
function watching(folder: string): { child: ChildProcess; said(pattern: RegExp): Promise<void> } {
  const child = spawn(process.execPath, [MAIN_FILE, "watch"], { cwd: folder });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const said = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(output))
      await Promise.race([once(child.stdout, "data"), once(child.stderr, "data")]);
    output = "";
  };
  return { child, said };
}

describe("watch", () => {
  it("builds on change, survives a broken spec, and ends when it is told to", async () => {
    const folder = await initialised();
    const spec = join(folder, "openapi.yaml");
    const good = readFileSync(spec, "utf8");
    const { child, said } = watching(folder);
    await said(/3 operations[^]*Watching/);
    writeFileSync(spec, "broken: [");
    await said(/error yaml-syntax[^]*Watching/);
    expect(existsSync(join(folder, "client", "src", "types.ts"))).toBe(true);
    writeFileSync(spec, good.replace("List notes", "List all notes"));
    await said(/3 operations[^]*operations\/notes\.ts[^]*Watching/);
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  });

  it("builds when a missing file comes, and when the config changes", async () => {
    const folder = await initialised();
    const spec = join(folder, "openapi.yaml");
    const good = readFileSync(spec, "utf8");
    writeFileSync(spec, good.replace("paths:\n", "paths:\n  /texts: { $ref: paths/texts.yaml }\n"));
    const { child, said } = watching(folder);
    await said(/names a file that does not exist[^]*Watching/);
    mkdirSync(join(folder, "paths"));
    writeFileSync(join(folder, "paths", "texts.yaml"), "{}\n");
    await said(/3 operations[^]*Watching/);
    const config = join(folder, "specwright.config.ts");
    writeFileSync(config, readFileSync(config, "utf8").replace('dir: "docs"', 'dir: "pages"'));
    await said(/pages[^]*Watching/);
    expect(existsSync(join(folder, "pages", "openapi.yaml"))).toBe(true);
    child.kill("SIGINT");
    await once(child, "exit");
  });
});
